#include <hiredis/hiredis.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "shop_fixture.hpp"

namespace shop {
namespace {

using namespace std::chrono_literals;

// A Redis of this test's own, at <folder>/redis.sock, with a password.
class Redis {
public:
    explicit Redis(const std::string& folder) : socket_(folder + "/redis.sock"), pid_(::fork()) {
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            const std::string log = folder + "/redis.log";
            ::execlp(
                "redis-server",
                "redis-server",
                "--port",
                "0",
                "--unixsocket",
                socket_.c_str(),
                "--save",
                "",
                "--logfile",
                log.c_str(),
                "--requirepass",
                "se/cret",
                static_cast<char*>(nullptr)
            );
            ::_exit(127);
        }
        for (int tries = 0; tries < 500 && !connected(); ++tries) std::this_thread::sleep_for(10ms);
    }
    ~Redis() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Redis(const Redis&) = delete;
    Redis& operator=(const Redis&) = delete;

    std::string url() const { return "unix://:se%2Fcret@" + socket_ + "?db=3"; }
    tw::Json ask(const std::string& command) {
        const auto reply = std::unique_ptr<redisReply, decltype(&freeReplyObject)>(
            static_cast<redisReply*>(redisCommand(context_.get(), command.c_str())),
            &freeReplyObject
        );
        if (!reply || reply->type == REDIS_REPLY_NIL) return nullptr;
        if (reply->type == REDIS_REPLY_INTEGER) return tw::Json(reply->integer);
        return std::string(reply->str, reply->len);
    }

private:
    bool connected() {
        context_.reset(redisConnectUnix(socket_.c_str()));
        return context_ && context_->err == 0 && ask("AUTH se/cret") == "OK" &&
               ask("SELECT 3") == "OK";
    }
    std::string socket_;
    pid_t pid_;
    std::unique_ptr<redisContext, decltype(&redisFree)> context_{nullptr, &redisFree};
};

class RedisBannerCache : public testing::Test {
protected:
    std::unique_ptr<BannerCache> open(tw::Json app) {
        tw::Settings settings;
        settings.app = std::move(app);
        return make_banner_cache(settings);
    }
    TemporaryFolder folder;
    const std::vector<Banner> banners = {
        {.id = 1, .name = "中秋 \"x\"", .image = "/m/1.png", .link = "/1"}};
    const std::string json =
        R"([{"id":1,"name":"\u4e2d\u79cb \"x\"","image":"/m/1.png","link":"/1"}])";
};

TEST_F(RedisBannerCache, WritesTheListAsJsonUnderDjangosKeyForItsTime) {
    Redis redis(folder.path());
    open({{"cache_url", redis.url()}})->replace(banners);
    EXPECT_EQ(redis.ask("GET :1:banner_list"), json);
    const auto seconds = redis.ask("TTL :1:banner_list").get<int>();
    EXPECT_TRUE(seconds > 290 && seconds <= 300) << seconds;
}

TEST_F(RedisBannerCache, KeyAndTimeAreSettings) {
    Redis redis(folder.path());
    open({{"cache_url", redis.url()}, {"banner_key", "site:2:b"}, {"banner_ttl", 0}}
    )->replace(banners);
    EXPECT_EQ(redis.ask("GET site:2:b"), json);
    EXPECT_EQ(redis.ask("TTL site:2:b"), -1);
}

TEST_F(RedisBannerCache, ARefusalIsACacheErrorWithoutThePassword) {
    Redis redis(folder.path());
    auto url = redis.url();
    url.replace(url.find("se%2F"), 5, "wrong");
    try {
        open({{"cache_url", url}})->replace(banners);
        FAIL() << "it took a wrong password";
    } catch (const CacheError& error) {
        EXPECT_EQ(std::string(error.what()).find("wrongcret"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("AUTH: WRONGPASS"), std::string::npos)
            << error.what();
    }
}

TEST_F(RedisBannerCache, ARedisThatIsAwayIsACacheError) {
    const auto cache = open({{"cache_url", "unix://" + folder.path() + "/nobody.sock"}});
    EXPECT_THROW(cache->replace(banners), CacheError);
}

}  // namespace
}  // namespace shop
