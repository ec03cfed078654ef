#include "reach/service/mapping_list.hpp"

#include "net/linux/linux_test_peers.hpp"
#include "reach/portmap/fake_igd.hpp"
#include "reach/service/limits.hpp"

#include <gmock/gmock.h>

#include <set>

namespace homeport::reach {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A fake router whose calls come over real connections.
struct MappingListTest : net::LinuxTest {
    static HttpCall call_of(const std::string& text) {
        HttpCall call;
        const std::size_t blank = text.find(' ');
        call.method = text.substr(0, blank);
        call.path = text.substr(blank + 1, text.find(' ', blank + 1) - blank - 1);
        call.body = text.substr(text.find("\r\n\r\n") + 4);
        const std::string field = "SOAPAction: ";
        if (const std::size_t at = text.find(field); at != std::string::npos) {
            const std::size_t from = at + field.size();
            call.fields = {{"SOAPAction", text.substr(from, text.find("\r\n", from) - from)}};
        }
        return call;
    }
    void serve(net::Talker& caller) {
        const bool whole = caller.text.starts_with("GET") ? caller.text.ends_with("\r\n\r\n")
                                                          : caller.text.contains("</s:Envelope>");
        if (!whole || !served.insert(&caller).second) return;
        const auto reply = router.answer(call_of(caller.text), loop.now());
        if (!reply || !*reply) return caller.stream->reset();
        const HttpReply& answer = **reply;
        caller.send("HTTP/1.1 " + std::to_string(answer.status) + " x\r\nContent-Length: " +
                    std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body);
    }
    void read(std::vector<HttpUrl> locations) {
        list.read(std::move(locations));
        EXPECT_TRUE(turn_until([&] {
            for (const auto& caller : accepted) serve(*caller);
            return list.over();
        }));
        EXPECT_EQ(told, 1);
    }
    HttpUrl at(const std::string& path) { return {door->local(), path}; }

    std::unique_ptr<net::Listener> door = listen(net::loopback());
    testing::FakeIgd router{door->local().to_string()};
    std::set<net::Talker*> served;
    int told = 0;
    MappingList list{loop, network, {}, [this] { ++told; }};
};

TEST_F(MappingListTest, WhatOthersHaveOpened) {
    router.table[{"3389", "TCP"}] = {"192.168.1.50", "3390", "desk"};
    router.table[{"53", "UDP"}] = {"192.168.1.51", "53", "games"};
    read({at("/elsewhere.xml"), at("/desc.xml")});
    ASSERT_THAT(list.entries(), SizeIs(2));
    EXPECT_EQ(list.entries()[0].internal_client, "192.168.1.50");
    EXPECT_EQ(list.entries()[0].external_port, 3389);
    EXPECT_EQ(list.entries()[0].internal_port, 3390);
    EXPECT_EQ(list.entries()[0].description, "desk");
    EXPECT_EQ(list.entries()[1].protocol, "UDP");
    EXPECT_TRUE(list.told());
    EXPECT_FALSE(list.cut());
}

TEST_F(MappingListTest, AnEmptyTableIsAnAnswer) {
    read({at("/desc.xml")});
    EXPECT_TRUE(list.told());
    EXPECT_THAT(list.entries(), IsEmpty());
}

TEST_F(MappingListTest, SoManyAndNoMore) {
    for (int port = 1000; port < 1100; ++port)
        router.table[{std::to_string(port), "TCP"}] = {"192.168.1.50", "1", "x"};
    read({at("/desc.xml")});
    EXPECT_THAT(list.entries(), SizeIs(kMaxListedMappings));
    EXPECT_TRUE(list.cut());
    EXPECT_EQ(router.log.size(), kMaxListedMappings);
}

TEST_F(MappingListTest, NobodyTells) {
    router.odd.http_status = 401;
    read({at("/desc.xml")});
    EXPECT_FALSE(list.told());
}

TEST_F(MappingListTest, ARouterThatIsSilent) {
    router.odd.dead = true;
    read({at("/desc.xml"), at("/desc2.xml")});
    EXPECT_FALSE(list.told());
    EXPECT_THAT(accepted, SizeIs(2));
}

TEST_F(MappingListTest, WithoutAPlaceToAskItIsOverAtOnce) {
    list.read({});
    EXPECT_TRUE(list.over());
    EXPECT_FALSE(list.told());
    EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace homeport::reach
