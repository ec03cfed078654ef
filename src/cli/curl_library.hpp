#pragma once
/// libcurl, opened when the first command needs it: with it come thirty other libraries, which
/// would cost a relay or an agent that never asks anybody 4 MiB of memory.

#include "core/result.hpp"

#include <curl/curl.h>

namespace homeport::cli {

/// Functions of <curl/curl.h>, under their names without "curl_".
struct CurlLibrary {
    decltype(&curl_global_init) global_init = nullptr;
    decltype(&curl_easy_init) easy_init = nullptr;
    decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
    decltype(&curl_easy_setopt) easy_setopt = nullptr;
    decltype(&curl_easy_perform) easy_perform = nullptr;
    decltype(&curl_easy_getinfo) easy_getinfo = nullptr;
    decltype(&curl_easy_strerror) easy_strerror = nullptr;
    decltype(&curl_slist_append) slist_append = nullptr;
    decltype(&curl_slist_free_all) slist_free_all = nullptr;

    /// The same one each time, ready for use; for one thread. Error: not_found (with the remedy).
    static Result<const CurlLibrary*> get();
};

}  // namespace homeport::cli
