#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "banner_cache.hpp"
#include "database.hpp"
#include "sms_gateway.hpp"
#include "tasks.hpp"
#include "taskworker/taskworker.hpp"
#include "taskworker/testing.hpp"

namespace shop {

// A folder for one test, with the database in it.
class TemporaryFolder {
public:
    TemporaryFolder() : path_(testing::TempDir() + "shop-XXXXXX") {
        if (::mkdtemp(path_.data()) == nullptr) std::abort();
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

// The shop with a gateway and a cache that the test plays, and a database in a file.
class ShopTest : public testing::Test {
protected:
    using Send = std::function<std::string(const std::string& mobile, const std::string& code)>;
    using Replace = std::function<void(const std::vector<Banner>&)>;

    ShopTest() {
        settings.app = {{"database_url", "sqlite3://" + folder.path() + "/shop.db"}};
        app.resource<SmsGateway>([this] { return std::make_unique<PlayedGateway>(send); });
        app.resource<BannerCache>([this] { return std::make_unique<PlayedCache>(replace); });
        app.resource<Database>([this] { return database; });
        add_tasks(app);
    }

    template <class T, class... G>
    tw::Outcome run(const T& task, G&&... given) {
        return run(tw::testing::request(task, std::forward<G>(given)...));
    }
    tw::Outcome run(tw::Request request) {
        return tw::testing::record(app, std::move(request), settings).outcome;
    }
    static tw::Json value(const tw::Outcome& outcome) {
        return std::get<tw::Success>(outcome).value;
    }

    TemporaryFolder folder;
    tw::Settings settings;
    Send send = [](const std::string&, const std::string&) { return "receipt"; };
    Replace replace = [](const std::vector<Banner>&) {};
    std::shared_ptr<Database> database =
        std::make_shared<Database>(folder.path() + "/shop.db", true);
    tw::App app;

private:
    struct PlayedGateway final : SmsGateway {
        explicit PlayedGateway(Send& played) : play(played) {}
        std::string send(const std::string& mobile, const std::string& code) override {
            return play(mobile, code);
        }
        Send& play;
    };
    struct PlayedCache final : BannerCache {
        explicit PlayedCache(Replace& played) : play(played) {}
        void replace(const std::vector<Banner>& banners) override { play(banners); }
        Replace& play;
    };
};

}  // namespace shop
