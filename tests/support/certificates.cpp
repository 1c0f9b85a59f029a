#include "support/certificates.hpp"

#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

extern char** environ;

namespace taskworker::testing {
namespace {

void openssl(std::vector<std::string> words) {
    words.insert(words.begin(), "openssl");
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", 1, 0);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", 1, 0);
    pid_t pid = 0;
    int status = 0;
    if (::posix_spawnp(&pid, "openssl", &quiet, nullptr, argv.data(), environ) != 0 ||
        ::waitpid(pid, &status, 0) != pid || status != 0)
        throw std::runtime_error("openssl " + words[1] + " failed");
    posix_spawn_file_actions_destroy(&quiet);
}

}  // namespace

Certificates::Certificates() {
    std::string pattern = std::filesystem::temp_directory_path() / "tw-certificates-XXXXXX";
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp failed");
    folder_ = pattern;
    authority("ca");
    authority("other-ca");
    sign("server", "DNS:localhost,IP:127.0.0.1", 2);
    sign("wrong-host", "DNS:redis.example,IP:127.0.0.9", 2);
    sign("expired", "DNS:localhost,IP:127.0.0.1", -1);
    sign("client", "DNS:client.example", 2);
}

Certificates::~Certificates() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void Certificates::authority(const std::string& name) const {
    openssl(
        {"req",
         "-x509",
         "-newkey",
         "ec",
         "-pkeyopt",
         "ec_paramgen_curve:P-256",
         "-nodes",
         "-keyout",
         path(name + ".key"),
         "-out",
         path(name + ".pem"),
         "-subj",
         "/CN=taskworker tests " + name,
         "-days",
         "2"}
    );
}

void Certificates::sign(const std::string& name, const std::string& names, int days) const {
    openssl(
        {"req",
         "-newkey",
         "ec",
         "-pkeyopt",
         "ec_paramgen_curve:P-256",
         "-nodes",
         "-keyout",
         path(name + ".key"),
         "-out",
         path(name + ".csr"),
         "-subj",
         "/CN=" + name}
    );
    std::ofstream(path("names")) << "subjectAltName=" << names << '\n';
    openssl(
        {"x509",
         "-req",
         "-in",
         path(name + ".csr"),
         "-CA",
         path("ca.pem"),
         "-CAkey",
         path("ca.key"),
         "-CAcreateserial",
         "-out",
         path(name + ".pem"),
         "-days",
         std::to_string(days),
         "-extfile",
         path("names")}
    );
}

const Certificates& certificates() {
    static const Certificates made;
    return made;
}

}  // namespace taskworker::testing
