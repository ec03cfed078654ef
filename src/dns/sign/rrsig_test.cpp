#include "dns/sign/rrsig.hpp"

#include "dns/sign/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;

constexpr SignatureTerms kTerms{
    .key_tag = 55648, .inception = 1281607479, .expiration = 1284026679};

std::vector<std::byte> fields_of(std::string_view owner, const RrsetView& set,
                                 std::string_view signer) {
    const Name apex = name(signer);
    SignatureTerms terms = kTerms;
    terms.signer = apex;
    return rrsig_fields(name(owner), set, terms);
}

// The signature of RFC 6605 section 6.1 is good over what is made here.
TEST(Rrsig, ExampleOfRfc6605) {
    const RdataList records = list({address("192.0.2.1")});
    const RrsetView set{.type = RrType::a, .ttl = 3600, .records = records.view()};
    Octets rdata = fields_of("www.example.net.", set, "example.net.");
    const Octets signature = from_base64(
        "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==");
    rdata.insert(rdata.end(), signature.begin(), signature.end());
    const auto key = known_key().public_key();
    EXPECT_TRUE(is_good(key, name("www.example.net."), set, RrsigView(rdata)));
    EXPECT_TRUE(is_good(key, name("WWW.Example.net."), set, RrsigView(rdata)));
    EXPECT_FALSE(is_good(key, name("xww.example.net."), set, RrsigView(rdata)));
}

TEST(Rrsig, FieldsAreReadAsTheyAreWritten) {
    const RdataList records = list({text("x")});
    const RrsetView set{.type = RrType::txt, .ttl = 77, .records = records.view()};
    const Octets rdata = fields_of("a.B.example.", set, "Example.");
    const RrsigView view(rdata);
    EXPECT_EQ(view.covered(), RrType::txt);
    EXPECT_EQ(view.algorithm(), 13);
    EXPECT_EQ(view.labels(), 3);
    EXPECT_EQ(view.original_ttl(), 77U);
    EXPECT_EQ(view.inception(), 1281607479U);
    EXPECT_EQ(view.expiration(), 1284026679U);
    EXPECT_EQ(view.key_tag(), 55648);
    EXPECT_EQ(view.signer().to_text(), "example.");
    EXPECT_TRUE(view.signature().empty());
    EXPECT_TRUE(std::ranges::equal(view.fields(), rdata));
}

// RFC 4034 section 3.1.3: neither the root nor the star counts, but a star further right does.
TEST(Rrsig, LabelsOfWildcards) {
    const RdataList records = list({text("x")});
    const RrsetView set{.type = RrType::txt, .ttl = 1, .records = records.view()};
    const auto labels = [&set](std::string_view owner) {
        const Octets rdata = fields_of(owner, set, ".");
        return int{RrsigView(rdata).labels()};
    };
    EXPECT_EQ(labels("."), 0);
    EXPECT_EQ(labels("*."), 0);
    EXPECT_EQ(labels("*.example."), 1);
    EXPECT_EQ(labels("x.*.example."), 3);
}

// RFC 4034 section 6.2: owner and names in rdata in small letters, lengths in front, and the
// header of each record repeated; RFC 6840 section 5.1: not the names of later types.
TEST(Rrsig, CanonicalForm) {
    const RdataList records = list({mx(10, "Mail.Example."), mx(20, "B.")});
    const Octets input =
        signing_input(Build().u8(7).bytes, name("X.Example."),
                      {.type = RrType::mx, .ttl = 0x10203, .records = records.view()});
    const Octets head = Build().name("x.example.").u16(15).u16(1).u32(0x10203).bytes;
    const Octets expected = Build()
                                .u8(7)
                                .add(head)
                                .u16(16)
                                .add(mx(10, "mail.example."))
                                .add(head)
                                .u16(5)
                                .add(mx(20, "b."))
                                .bytes;
    EXPECT_EQ(to_hex(input), to_hex(expected));

    const RdataList services = list({Build().u16(1).name("Svc.Example.").bytes});
    const Octets kept = signing_input(
        {}, name("x."), {.type = RrType::https, .ttl = 1, .records = services.view()});
    EXPECT_THAT(std::string(as_text(kept)), ::testing::HasSubstr("Svc"));
}

}  // namespace
}  // namespace homeport::dns
