#include "reach/wire/soap.hpp"

#include "reach/wire/xml.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

constexpr auto kService = "urn:schemas-upnp-org:service:WANIPConnection:1";

std::string envelope(const std::string& inside) {
    return "<s:Envelope xmlns:s=\"x\"><s:Body>" + inside + "</s:Body></s:Envelope>";
}

std::string fault(const std::string& code, const std::string& words) {
    return envelope(
        "<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring>"
        "<detail><UPnPError><errorCode>" +
        code + "</errorCode><errorDescription>" + words +
        "</errorDescription></UPnPError></detail></s:Fault>");
}

TEST(Soap, CallsReadBack) {
    const SoapCall call{kService, "DeletePortMapping", {{"NewRemoteHost", ""}, {"A", "<&>"}}};
    EXPECT_EQ(soap_action(call),
              "\"urn:schemas-upnp-org:service:WANIPConnection:1#DeletePortMapping\"");
    const std::string body = soap_body(call);
    const auto leaves = xml_leaves(body);
    ASSERT_TRUE(leaves.has_value());
    ASSERT_EQ(leaves->size(), 2U);
    EXPECT_EQ((*leaves)[0].parent, "DeletePortMapping");
    EXPECT_EQ((*leaves)[0].text, "");
    EXPECT_EQ((*leaves)[1].text, "<&>");
}

TEST(Soap, AnswersWithValues) {
    const auto answer = read_soap(
        200,
        envelope("<u:GetXResponse xmlns:u=\"y\"><NewA>1</NewA><NewB> b </NewB></u:GetXResponse>"),
        "GetX");
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(answer->done());
    EXPECT_EQ(answer->value("NewB"), "b");
    EXPECT_EQ(answer->value("NewC"), "");
}

TEST(Soap, AnswersWithoutValues) {
    EXPECT_TRUE(read_soap(200, envelope("<u:AddResponse/>"), "Add").value().done());
    EXPECT_TRUE(read_soap(200, "\r\n", "Add").value().done());
}

TEST(Soap, ErrorsHaveTheirNumber) {
    const auto answer = read_soap(500, fault("718", "Conflict\x01"), "AddPortMapping");
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->code, 718);
    EXPECT_EQ(answer->words, "Conflict?");
    EXPECT_EQ(read_soap(200, fault("402", ""), "X").value().code, 402);
    EXPECT_EQ(read_soap(500, fault("many", ""), "X").value().code, 501);
    EXPECT_EQ(read_soap(500, fault("0", ""), "X").value().code, 501);
}

// An admin page that answers 200 to everything is no success.
TEST(Soap, OtherPagesAreNoAnswers) {
    EXPECT_FALSE(read_soap(200, "<html><body>Welcome</body></html>", "Add").has_value());
    EXPECT_FALSE(read_soap(200, "welcome", "Add").has_value());
    EXPECT_FALSE(read_soap(404, "", "Add").has_value());
    EXPECT_FALSE(read_soap(404, envelope("<u:AddResponse/>"), "Add").has_value());
    EXPECT_FALSE(read_soap(200, envelope("<u:DeleteResponse/>"), "Add").has_value());
    EXPECT_FALSE(read_soap(200, "<!DOCTYPE x><AddResponse/>", "Add").has_value());
}

TEST(Soap, NamesOfErrors) {
    EXPECT_EQ(upnp_error_text(718, "whatever"), "718 ConflictInMappingEntry");
    EXPECT_EQ(upnp_error_text(703, ""), "703 InboundPinholeNotAllowed");
    EXPECT_EQ(upnp_error_text(899, "Own \nwords"), "899 Own ?words");
    EXPECT_EQ(upnp_error_text(899, ""), "899");
}

}  // namespace
}  // namespace homeport::reach
