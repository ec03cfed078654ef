#include "reach/wire/http_url.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

std::string parsed(std::string_view text) {
    const auto url = HttpUrl::parse(text);
    return url ? url->to_string() : "error";
}

std::string resolved(std::string_view reference) {
    const auto url = HttpUrl::parse("http://192.0.2.1:5000/a/desc.xml?q=/b").value();
    const auto found = url.resolve(reference);
    return found ? found->to_string() : "error";
}

TEST(HttpUrl, NumericHosts) {
    EXPECT_EQ(parsed("http://192.0.2.1:49152/desc.xml"), "http://192.0.2.1:49152/desc.xml");
    EXPECT_EQ(parsed("HTTP://192.0.2.1"), "http://192.0.2.1:80/");
    EXPECT_EQ(parsed("http://192.0.2.1?a=b#c"), "http://192.0.2.1:80/?a=b");
    EXPECT_EQ(parsed("http://[2001:db8::1]:5000/x"), "http://[2001:db8::1]:5000/x");
    EXPECT_EQ(parsed("http://[2001:db8::1]/x"), "http://[2001:db8::1]:80/x");
}

TEST(HttpUrl, WhatLeadsElsewhereOrBreaksARequestIsRefused) {
    for (const auto* const bad :
         {"https://192.0.2.1/", "ftp://192.0.2.1/", "http://", "http:///x", "http://router.lan/",
          "http://user@192.0.2.1/", "http://192.0.2.1:0/", "http://192.0.2.1:99999/",
          "http://2001:db8::1/", "http://[192.0.2.1]/", "http://192.0.2.1/a b",
          "http://192.0.2.1/a\r\nHost: b", "http://192.0.2.1/\x80", ""}) {
        EXPECT_EQ(parsed(bad), "error") << bad;
    }
    EXPECT_EQ(parsed("http://192.0.2.1/" + std::string(kMaxUrlBytes, 'a')), "error");
}

// TP-Link Archer C8: absolute URLs with blanks behind them (TinyUPnP).
TEST(HttpUrl, BlanksAroundAreCutOff) {
    EXPECT_EQ(parsed(" http://192.0.2.1:1900/ifc \r\n"), "http://192.0.2.1:1900/ifc");
    EXPECT_EQ(resolved(" /ipc \t"), "http://192.0.2.1:5000/ipc");
}

TEST(HttpUrl, ReferencesOfADocument) {
    EXPECT_EQ(resolved("/ctl"), "http://192.0.2.1:5000/ctl");
    EXPECT_EQ(resolved("ctl?x=http://y"), "http://192.0.2.1:5000/a/ctl?x=http://y");
    EXPECT_EQ(resolved("http://192.0.2.9:80/ctl"), "http://192.0.2.9:80/ctl");
    EXPECT_EQ(resolved("//192.0.2.9/ctl"), "http://192.0.2.9:80/ctl");
    EXPECT_EQ(resolved("https://192.0.2.9/ctl"), "error");
    EXPECT_EQ(resolved(""), "error");
    EXPECT_EQ(resolved("a b"), "error");
}

}  // namespace
}  // namespace homeport::reach
