#include "banner/banner.hpp"

#include <algorithm>

#include "banner/banner_cache.hpp"
#include "site/database.hpp"
#include "site/redis.hpp"
#include "site/settings.hpp"

namespace shop {
namespace {

// A setting that becomes a part of SQL text.
std::string checked_table(const ShopSettings& settings) {
    const auto is_allowed = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
    if (settings.banner_table.empty() || !std::ranges::all_of(settings.banner_table, is_allowed))
        throw tw::ConfigError("app.banner_table: expected the name of a table");
    return settings.banner_table;
}

std::vector<Banner> visible_banners(soci::session& sql, const ShopSettings& settings) {
    Banner banner;
    soci::statement select =
        (sql.prepare << "SELECT id, name, image, COALESCE(link, '') FROM " +
                            checked_table(settings) +
                            " WHERE is_show AND NOT is_delete ORDER BY orders, id LIMIT :count",
         soci::into(banner.id),
         soci::into(banner.name),
         soci::into(banner.image),
         soci::into(banner.link),
         soci::use(settings.banner_count));
    select.execute();
    std::vector<Banner> banners;
    while (select.fetch()) {
        banners.push_back(banner);
        banners.back().image.insert(0, settings.image_prefix);
    }
    return banners;
}

// One refresh at a time.
class Refresh {
public:
    Refresh(BannerCache& cache, std::string id) : cache_(cache), id_(std::move(id)) {}
    ~Refresh() {
        try {
            cache_.end(id_);
        } catch (const std::exception&) {
            // It ends by itself in a minute.
        }
    }
    Refresh(const Refresh&) = delete;
    Refresh& operator=(const Refresh&) = delete;

private:
    BannerCache& cache_;
    const std::string id_;
};

}  // namespace

bool update_banner_impl(tw::Context& ctx) {
    const ShopSettings settings = shop_settings(ctx.settings());
    auto& cache = ctx.resource<BannerCache>();
    if (!cache.begin(ctx.id())) {
        ctx.log().info("another update_banner is at it");
        return true;
    }
    const Refresh refresh(cache, ctx.id());
    const auto banners = ctx.resource<Database>().transaction([&](soci::session& sql) {
        return visible_banners(sql, settings);
    });
    cache.replace(banners);
    ctx.log().info("banners in the cache: " + std::to_string(banners.size()));
    return true;
}

}  // namespace shop
