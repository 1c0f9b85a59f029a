#pragma once

#include <string>
#include <vector>

namespace shop {

// The statements that make the shop's tables where they are missing, as Django's migrations for the
// models of docs/tutorial would. `backend` as in DatabaseUrl.
std::vector<std::string> table_statements(const std::string& backend);

}  // namespace shop
