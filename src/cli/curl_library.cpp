#include "cli/curl_library.hpp"

#include <dlfcn.h>

namespace homeport::cli {
namespace {

constexpr const char* kFile = "libcurl.so.4";

template <class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    return function != nullptr;
}

/// It stays open until the process ends.
bool open(CurlLibrary& curl) {
    void* const library = ::dlopen(kFile, RTLD_NOW | RTLD_LOCAL);
    return library != nullptr && find(library, "curl_global_init", curl.global_init) &&
           find(library, "curl_easy_init", curl.easy_init) &&
           find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
           find(library, "curl_easy_setopt", curl.easy_setopt) &&
           find(library, "curl_easy_perform", curl.easy_perform) &&
           find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
           find(library, "curl_easy_strerror", curl.easy_strerror) &&
           find(library, "curl_slist_append", curl.slist_append) &&
           find(library, "curl_slist_free_all", curl.slist_free_all) &&
           curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

}  // namespace

Result<const CurlLibrary*> CurlLibrary::get() {
    static CurlLibrary curl;
    static const bool good = open(curl);
    if (!good)
        return fail(Errc::not_found,
                    "libcurl.so.4 cannot be used; install it (Debian: apt install libcurl4)");
    return &curl;
}

}  // namespace homeport::cli
