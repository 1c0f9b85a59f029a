#pragma once

#include <memory>
#include <string>
#include <vector>

#include "banner.hpp"
#include "taskworker/taskworker.hpp"

namespace shop {

// The cache could not be written; the old list is still in it.
class CacheError : public tw::TaskError {
public:
    explicit CacheError(const std::string& why) : tw::TaskError("CacheError", why, "shop") {}
};

// Where the web site looks for the banners. Called from several threads at once.
class BannerCache {
public:
    virtual ~BannerCache() = default;
    // Readers see the old list or the new one, never a part. Throws CacheError.
    virtual void replace(const std::vector<Banner>& banners) = 0;
};

// Django's cache in Redis, values in JSON (django-redis with its JSONSerializer).
std::unique_ptr<BannerCache> make_banner_cache(const tw::Settings& settings);

}  // namespace shop
