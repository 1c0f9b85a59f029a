#include "banner.hpp"

#include "banner_cache.hpp"
#include "database.hpp"
#include "shop_settings.hpp"

namespace shop {
namespace {

std::vector<Banner> visible_banners(soci::session& sql, const ShopSettings& settings) {
    Banner banner;
    soci::statement select =
        (sql.prepare << "SELECT id, name, image, COALESCE(link, '') FROM home_banner "
                        "WHERE is_show AND NOT is_delete ORDER BY orders, id LIMIT :count",
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

}  // namespace

bool update_banner_impl(tw::Context& ctx) {
    const ShopSettings settings = shop_settings(ctx.settings());
    const auto banners = ctx.resource<Database>().transaction([&](soci::session& sql) {
        return visible_banners(sql, settings);
    });
    ctx.resource<BannerCache>().replace(banners);
    ctx.log().info("banners in the cache: " + std::to_string(banners.size()));
    return true;
}

}  // namespace shop
