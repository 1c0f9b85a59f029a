#pragma once

#include <memory>
#include <string>
#include <vector>

#include "banner/banner.hpp"
#include "taskworker/taskworker.hpp"

namespace shop {

// Where the web site looks for the banners. Called from several threads at once; what fails throws
// RedisError, and the old list stays.
class BannerCache {
public:
    virtual ~BannerCache() = default;
    // False while another task holds the refresh; else it is ours until end() or for a minute.
    virtual bool begin(const std::string& task_id) = 0;
    virtual void end(const std::string& task_id) = 0;
    // Readers see the old list or the new one, never a part.
    virtual void replace(const std::vector<Banner>& banners) = 0;
};

// Django's cache in Redis: with app.banner_format = "json" as django-redis with its JSONSerializer
// reads it, with "pickle" as Django's own RedisCache does.
std::unique_ptr<BannerCache> make_banner_cache(const tw::Settings& settings);

}  // namespace shop
