#include "server/config.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "house.hpp"

namespace tessera::server {
namespace {

constexpr std::string_view kStart = "issuer = \"https://id.example.com\"\n";  // line 1
constexpr std::string_view kSecret = "secret = \"0123456789abcdef0123456789abcdef\"\n";

Configured<Config> read(std::string_view text) {
  return parse_config(std::string(kStart) + std::string(text), "/x/t.toml");
}

struct Case {
  const char* text;
  int line;
  const char *key, *expected, *found;
};

class wrong_config : public testing::TestWithParam<Case> {};

TEST_P(wrong_config, names_line_key_expected_and_found) {
  const auto& one = GetParam();
  const auto config = read(one.text);
  ASSERT_FALSE(config) << one.text;
  EXPECT_EQ(config.error().line, one.line) << config.error().text();
  EXPECT_EQ(config.error().key, one.key) << config.error().text();
  EXPECT_NE(config.error().expected.find(one.expected), std::string::npos) << config.error().text();
  EXPECT_NE(config.error().found.find(one.found), std::string::npos) << config.error().text();
  EXPECT_TRUE(config.error().text().starts_with("/x/t.toml:" + std::to_string(one.line) + ": "))
      << config.error().text();
}

#define CLIENT "[[client]]\nid = \"c\"\nsecret = \"0123456789abcdef0123456789abcdef\"\n"        // lines 2 to 4
#define TRUSTED "[[trusted_issuer]]\nissuer = \"https://i.example\"\njwks = '" SOME_JWKS "'\n"  // lines 2 to 4
#define URIS "redirect_uris = [\"https://c.example/cb\"]\n"
#define API "[[resource_server]]\naudience = \"https://api.example\"\npermissions = [\"p\"]\n"

INSTANTIATE_TEST_SUITE_P(
    settings, wrong_config,
    testing::Values(Case{"listen = \"8080\"\n", 2, "listen", "ADDRESS:PORT", "8080"},
                    Case{"listen = \"127.0.0.1:70000\"\n", 2, "listen", "ADDRESS:PORT", "70000"},
                    Case{"listen = \"127.0.0.1:8080abc\"\n", 2, "listen", "ADDRESS:PORT", "8080abc"},
                    Case{"listen = \"127.0.0.1:-1\"\n", 2, "listen", "ADDRESS:PORT", "-1"},
                    Case{"listen = \"127.0.0.1:\"\n", 2, "listen", "ADDRESS:PORT", "127"},
                    Case{"listen = \"127.0.0.1\"\n", 2, "listen", "ADDRESS:PORT", "127"},
                    Case{"listen = \":8080\"\n", 2, "listen", "ADDRESS:PORT", "8080"},
                    Case{"listen = \"\"\n", 2, "listen", "ADDRESS:PORT", ""},
                    Case{"listen = \"::1\"\n", 2, "listen", "ADDRESS:PORT", "::1"},
                    Case{"listen = \"[127.0.0.1]:80\"\n", 2, "listen", "ADDRESS:PORT", "[127"},
                    Case{"listen = \"localhost:8080\"\n", 2, "listen", "ADDRESS:PORT", "localhost"},
                    Case{"listen = 8080\n", 2, "listen", "a text", "8080"},
                    Case{"\n\ncolour = 1\n", 4, "colour", "one of the keys", "not known"},
                    Case{"store = \"mysql://x\"\n", 2, "store", "sqlite:FILE", "scheme \"mysql\""},
                    Case{"trusted_proxies = \"10.0.0.0/8\"\n", 2, "trusted_proxies", "a list of texts", "10.0.0.0/8"},
                    Case{"trusted_proxies = [1]\n", 2, "trusted_proxies", "a list of texts", "1"},
                    Case{"trusted_proxies = [\"10.0.0.0/8\",\n\"10.0.0.0/33\"]\n", 2, "trusted_proxies",
                         "networks such as", "10.0.0.0/33"},
                    Case{"[password]\nmemory_kib = 1\n", 3, "password.memory_kib", "8192", "1"},
                    Case{"[password]\npasses = \"two\"\n", 3, "password.passes", "whole number", "two"},
                    Case{"[password]\nmemory = 1\n", 3, "password.memory", "memory_kib", "not known"},
                    Case{"password = 3\n", 2, "password", "a section [password]", "3"},
                    Case{"[tls]\nkey = \"a\"\n", 2, "tls", "both certificate and key", "one"},
                    Case{"[log]\nlevel = \"loud\"\n", 3, "log.level", "debug", "loud"},
                    Case{"client = 1\n", 2, "client", "sections [[client]]", "1"},
                    Case{"listen = \n", 2, "the file", "TOML", ""}));

INSTANTIATE_TEST_SUITE_P(
    realms, wrong_config,
    testing::Values(Case{"[[realm]]\nid = \"Upper\"\n", 3, "realm.id", "small letters", "Upper"},
                    Case{"[[realm]]\nid = \"a\"\n[[realm]]\nid = \"a\"\n", 4, "realm.id", "no other realm", "a"},
                    Case{"[[realm]]\n[realm.lifetimes]\ncode = 60\n", 4, "realm.lifetimes.code", "a duration", "60"},
                    Case{"[[realm]]\n[realm.lifetimes]\ncode = \"2h\"\n", 4, "realm.lifetimes.code", "600s", "2h"},
                    Case{"[[realm]]\n[realm.lifetimes]\nday = \"1d\"\n", 4, "realm.lifetimes.day", "access_token", ""},
                    Case{"[[role]]\nname = \"r\"\nrealm = \"none\"\n", 4, "role.realm", "declared realm", "none"}));

INSTANTIATE_TEST_SUITE_P(
    things, wrong_config,
    testing::Values(
        Case{"[[role]]\n", 2, "role.name", "name", "nothing"},
        Case{"[[role]]\nname = \"a b\"\n", 3, "role.name", "without blanks", "a b"},
        Case{"[[role]]\nname = \"r\"\npermissions = { \"https://no.example\" = [\"p\"] }\n", 4, "role.permissions",
             "declared resource server", "https://no.example"},
        Case{API "[[role]]\nname = \"r\"\npermissions = { \"https://api.example\" = [\"q\"] }\n", 7, "role.permissions",
             "\"p\"", "q"},
        Case{API "scopes = { \"openid\" = [\"p\"] }\n", 5, "resource_server.scopes", "OpenID Connect", "openid"},
        Case{API "scopes = { \"s\" = [\"q\"] }\n", 5, "resource_server.scopes", "a permission of", "q"},
        Case{API "scopes = { \"s\" = [\"*\"] }\n", 5, "resource_server.scopes", "a permission of", "*"},
        Case{"[[resource_server]]\naudience = \"https://api.example\"\npermissions = [\"p\", \"*\"]\n", 4,
             "resource_server.permissions", "a client's access", "*"},
        Case{API "[[role]]\nname = \"r\"\npermissions = { \"https://api.example\" = [\"*\"] }\n", 7, "role.permissions",
             "a permission of", "*"},
        Case{API API, 6, "resource_server.audience", "no other", "https://api.example"},
        Case{"[[resource_server]]\naudience = \"api\"\n", 3, "resource_server.audience", "absolute URI", "api"},
        Case{"[[group]]\nname = \"g\"\nroles = [\"none\"]\n", 4, "group.roles", "a declared role", "none"},
        Case{"[[user]]\nusername = \"\"\n", 3, "user.username", "a name", ""},
        Case{"[[user]]\nusername = \"a\"\n[[user]]\nusername = \"A\"\n", 5, "user.username", "no other user", "a"},
        Case{"[[user]]\nusername = \"a\"\ngroups = [\"none\"]\n", 4, "user.groups", "a declared group", "none"},
        Case{"[[user]]\nusername = \"a\"\npassword = \"short\"\n", 4, "user.password", "8 to", "5 characters"}));

INSTANTIATE_TEST_SUITE_P(
    clients, wrong_config,
    testing::Values(
        Case{"[[client]]\nid = \"usr_1\"\n", 3, "client.id", "usr_", "usr_1"},
        Case{"[[client]]\nid = \"reg_1\"\n", 3, "client.id", "reg_", "reg_1"},
        Case{CLIENT URIS CLIENT URIS, 7, "client.id", "no other client", "c"},
        Case{CLIENT, 3, "client.redirect_uris", "at least one", "none"},
        Case{"[[client]]\nid = \"c\"\n" URIS, 3, "client.secret", "auth = \"none\"", "nothing"},
        Case{"[[client]]\nid = \"c\"\nsecret = \"short\"\n", 4, "client.secret", "32 to", "5 characters"},
        Case{"[[client]]\nid = \"c\"\nsecret = { env = \"TESSERA_NO_SUCH_VARIABLE\" }\n", 4, "client.secret",
             "TESSERA_NO_SUCH_VARIABLE", "none"},
        Case{"[[client]]\nid = \"c\"\nsecret = { file = \"none.txt\" }\n", 4, "client.secret", "readable file",
             "/x/none.txt"},
        Case{"[[client]]\nid = \"c\"\nsecret = { url = \"x\" }\n", 4, "client.secret", "{ file", "another table"},
        Case{CLIENT "redirect_uris = [\"https://c.example/#x\"]\n", 5, "client.redirect_uris", "https", "#x"},
        Case{CLIENT "redirect_uris = [\"http://c.example/cb\"]\n", 5, "client.redirect_uris", "https", "http://c"},
        Case{CLIENT "redirect_uris = [\"https://c.example/../cb\"]\n", 5, "client.redirect_uris", "dots", ".."},
        Case{CLIENT "redirect_uris = [\"javascript:alert(1)\"]\n", 5, "client.redirect_uris", "https", "javascript"},
        Case{CLIENT URIS "post_logout_redirect_uris = [\"data:x\"]\n", 6, "client.post_logout_redirect_uris", "https",
             "data:x"},
        Case{CLIENT URIS "grant_types = [\"password\"]\n", 6, "client.grant_types", "authorization_code", "a list"},
        Case{CLIENT URIS "scopes = [\"openid\", \"none\"]\n", 6, "client.scopes", "a scope of", "none"},
        Case{CLIENT URIS "roles = [\"none\"]\n", 6, "client.roles", "a declared role", "none"},
        Case{CLIENT URIS "acts_as = [\"https://no.example\"]\n", 6, "client.acts_as", "an audience", "no.example"},
        Case{CLIENT URIS "access = [{ audience = \"https://no.example\", permissions = [\"*\"] }]\n", 6,
             "client.access", "declared resource server", "no.example"},
        Case{API CLIENT URIS "access = [{ audience = \"https://api.example\", permissions = [\"*\", \"q\"] }]\n", 9,
             "client.access", "a permission of", "q"},
        Case{CLIENT URIS "access = [{ audience = \"https://no.example\" }]\n", 6, "client.access", "{ audience",
             "a table"},
        Case{CLIENT URIS "party = \"second\"\n", 6, "client.party", "third", "second"},
        Case{CLIENT URIS "party = \"third\"\nscope_need = \"none\"\n", 7, "client.scope_need", "third party", "none"},
        Case{CLIENT URIS "id_token_alg = \"HS256\"\n", 6, "client.id_token_alg", "RS256", "HS256"},
        Case{CLIENT URIS "enabled = 1\n", 6, "client.enabled", "true or false", "1"},
        Case{CLIENT URIS "require_pushed_authorization_requests = 1\n", 6,
             "client.require_pushed_authorization_requests", "true or false", "1"},
        Case{CLIENT URIS "require_signed_request_object = true\n", 6, "client.require_signed_request_object",
             "a key in jwks", "none"},
        Case{CLIENT URIS "request_object_signing_alg = \"none\"\n", 6, "client.request_object_signing_alg", "Ed25519",
             "none"},
        Case{CLIENT URIS "request_object_signing_alg = \"PS256\"\njwks = '" SOME_JWKS "'\n", 6,
             "client.request_object_signing_alg", "one of the jwks", "PS256"},
        Case{CLIENT URIS "request_uris = [\"http://c.example/r\"]\n", 6, "client.request_uris", "https",
             "http://c.example/r"},
        Case{CLIENT URIS "request_uris = [\"https://u@c.example/r\"]\n", 6, "client.request_uris", "https",
             "https://u@c.example/r"},
        Case{"[[realm]]\nrequire_signed_request_object = \"yes\"\n", 3, "realm.require_signed_request_object",
             "true or false", "yes"},
        Case{"[[client]]\nid = \"c\"\nauth = \"none\"\nrequire_pkce = false\n" URIS, 5, "client.require_pkce", "true",
             "false"},
        Case{"[[client]]\nid = \"c\"\nauth = \"none\"\ngrant_types = [\"client_credentials\"]\n", 5,
             "client.grant_types", "no client_credentials", "client_credentials"},
        Case{CLIENT "auth = \"none\"\n" URIS, 5, "client.auth", "uses the secret", "none"},
        Case{CLIENT "auth = \"private_key_jwt\"\n" URIS, 5, "client.auth", "uses the secret", "private_key_jwt"},
        Case{"[[client]]\nid = \"c\"\nauth = \"private_key_jwt\"\n" URIS, 3, "client.jwks", "a key for", "none"},
        Case{"[[client]]\nid = \"c\"\nauth = \"private_key_jwt\"\njwks = '{\"keys\":[]}'\n" URIS, 3, "client.jwks",
             "a key for", "none"},
        Case{"[[client]]\nid = \"c\"\nauth = \"private_key_jwt\"\njwks = '[]'\n" URIS, 5, "client.jwks", "a JWK Set",
             ""},
        Case{"[[client]]\nid = \"c\"\njwks = '{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]}'\n" URIS, 4,
             "client.jwks", "public keys", ""},
        Case{"[[client]]\nid = \"c\"\njwks = { file = \"none.json\" }\n" URIS, 4, "client.jwks",
             "readable file with a JWK Set", "/x/none.json"},
        Case{"[[client]]\nid = \"c\"\nauth = \"client_secret_jwt\"\n" URIS, 3, "client.secret", "a secret", "nothing"},
        Case{"[[client]]\nid = \"c\"\nauth = \"client_secret_jwt\"\nsecret = \"                                "
             "\"\n" URIS,
             3, "client.secret", "HS256", "blanks"},
        Case{CLIENT "grant_types = [\"urn:ietf:params:oauth:grant-type:jwt-bearer\"]\nparty = \"third\"\n", 5,
             "client.grant_types", "consent", "jwt-bearer"},
        Case{"[[client]]\nid = \"c\"\nauth = \"none\"\n"
             "grant_types = [\"urn:ietf:params:oauth:grant-type:jwt-bearer\"]\n",
             5, "client.grant_types", "without a secret", "jwt-bearer"},
        Case{"[[trusted_issuer]]\njwks = '" SOME_JWKS "'\nclients = []\n", 2, "trusted_issuer.issuer", "URL",
             "nothing"},
        Case{"[[trusted_issuer]]\nissuer = \"https://i.example\"\nclients = []\n", 2, "trusted_issuer.jwks", "JWK Set",
             "nothing"},
        Case{"[[trusted_issuer]]\nissuer = \"https://i.example\"\njwks = \"{}\"\nclients = []\n", 4,
             "trusted_issuer.jwks", "JWK Set", ""},
        Case{"[[trusted_issuer]]\nissuer = \"https://i.example\"\njwks = '{\"keys\":[]}'\nclients = []\n", 4,
             "trusted_issuer.jwks", "a public key", "none"},
        Case{TRUSTED, 2, "trusted_issuer.clients", "list of ids", "nothing"},
        Case{TRUSTED "clients = [\"no\"]\n", 5, "trusted_issuer.clients", "a declared client", "no"},
        Case{TRUSTED "clients = []\nuser_by = \"mail\"\n", 6, "trusted_issuer.user_by", "username", "mail"},
        Case{TRUSTED "clients = []\n" TRUSTED "clients = []\n", 7, "trusted_issuer.issuer", "no other", "i.example"},
        Case{CLIENT URIS "backchannel_logout_uri = \"http://c.example/out\"\n", 6, "client.backchannel_logout_uri",
             "https", "http://c.example/out"},
        Case{CLIENT URIS "backchannel_logout_uri = \"https://c.example/out#x\"\n", 6, "client.backchannel_logout_uri",
             "no user, fragment", "#x"},
        Case{CLIENT URIS "backchannel_logout_uri = \"com.example.app:/out\"\n", 6, "client.backchannel_logout_uri",
             "https", "com.example"},
        Case{CLIENT URIS "frontchannel_logout_uri = \"http://c.example/out\"\n", 6, "client.frontchannel_logout_uri",
             "https", "http://c.example/out"},
        Case{CLIENT URIS "frontchannel_logout_uri = \"https://c.example:8443/out\"\n", 6,
             "client.frontchannel_logout_uri", "host and port of one of the redirect_uris", "8443"},
        Case{CLIENT URIS "frontchannel_logout_uri = \"https://x.c.example/out\"\n", 6, "client.frontchannel_logout_uri",
             "host and port of one of the redirect_uris", "x.c"},
        Case{CLIENT URIS "jwks_uri = \"http://c.example/jwks\"\n", 6, "client.jwks_uri", "https", "http://c"},
        Case{CLIENT URIS "jwks_uri = \"https://u@c.example/jwks\"\n", 6, "client.jwks_uri", "without a user", "u@c"},
        Case{CLIENT URIS "jwks_uri = \"https:///jwks\"\n", 6, "client.jwks_uri", "https", "https:///"},
        Case{CLIENT URIS "jwks = '" SOME_JWKS "'\njwks_uri = \"https://c.example/jwks\"\n", 7, "client.jwks_uri",
             "either", "c.example"},
        Case{CLIENT URIS "subject_type = \"private\"\n", 6, "client.subject_type", "pairwise", "private"},
        Case{CLIENT
             "redirect_uris = [\"https://c.example/cb\", \"https://d.example/cb\"]\nsubject_type = \"pairwise\"\n",
             6, "client.subject_type", "one host", "pairwise"},
        Case{CLIENT "grant_types = [\"urn:ietf:params:oauth:grant-type:jwt-bearer\"]\nsubject_type = \"pairwise\"\n"
                    "sector_identifier_uri = \"https://c.example/\"\n",
             6, "client.subject_type", "public", "pairwise"},
        Case{CLIENT URIS "sector_identifier_uri = \"ftp://c.example/\"\n", 6, "client.sector_identifier_uri", "https",
             "ftp"},
        Case{"[outbound]\nreachable = [\"10.0.0.0/33\"]\n", 3, "outbound.reachable", "networks", "10.0.0.0/33"},
        Case{"[outbound]\nproxy = \"x\"\n", 3, "outbound.proxy", "one of the keys", "not known"},
        Case{"[[client]]\nid = \"c\"\nauth = \"none\"\n"
             "grant_types = [\"urn:ietf:params:oauth:grant-type:token-exchange\"]\n",
             5, "client.grant_types", "without a secret", "token-exchange"}));

TEST(config, the_issuer_must_be_given_and_https_but_on_this_machine) {
  EXPECT_EQ(parse_config("", "t.toml").error().key, "issuer");
  for (const auto* good : {"https://id.example.com", "https://id.example.com:8443", "http://localhost:8080",
                           "http://127.0.0.1:1", "http://[::1]:1", "http://id.localhost"})
    EXPECT_TRUE(parse_config(std::string("issuer = \"") + good + "\"", "t.toml")) << good;
  for (const auto* bad :
       {"http://id.example.com", "https://id.example.com/auth", "https://u@id.example.com", "https://",
        "ftp://localhost", "https://ID.example.com", "https://id.example.com:abc", "https://id.example.com:0443",
        "https://id.example.com:443", "https://id.example.com:99999",
        "https://id.example.com:", "https://id.exam\\\"ple", "https://id_.example.com", "HTTPS://id.example.com",
        "com.example.app:/x", "", "http://localhost.example.com", "https://id.example.com?x", "id.example.com"})
    EXPECT_FALSE(parse_config(std::string("issuer = \"") + bad + "\"", "t.toml")) << bad;
}

TEST(config, defaults_are_those_of_the_model) {
  const auto config = read("[[client]]\nid = \"c\"\n" + std::string(kSecret) + URIS);
  ASSERT_TRUE(config) << config.error().text();
  issuer::Client expected;
  expected.id = issuer::ClientId("c");
  expected.redirect_uris = {"https://c.example/cb"};
  EXPECT_EQ(config->declaration.realms.at(0).clients.at(0).client, expected);
  EXPECT_EQ(config->declaration.realms.at(0).realm.lifetimes, issuer::Lifetimes{});
  EXPECT_EQ(config->settings.password_cost, crypto::PasswordCost{});
  EXPECT_EQ(config->settings.address, "127.0.0.1");
  EXPECT_EQ(config->settings.port, 8080);
  EXPECT_EQ(config->settings.store, "sqlite:///x/tessera.db");
  EXPECT_EQ(config->settings.master_key, "/x/master.key");
}

TEST(config, a_secret_comes_from_a_file_or_the_environment) {
  const test::Folder folder;
  std::ofstream(folder / "s.txt") << "file-secret-file-secret-file-secret\n";
  setenv("TESSERA_TEST_SECRET", "env-secret-env-secret-env-secret-env", 1);
  const auto config =
      parse_config("issuer = \"https://id.example.com\"\n[[client]]\nid = \"a\"\nsecret = { file = \"s.txt\" }\n" URIS
                   "[[client]]\nid = \"b\"\nsecret = { env = \"TESSERA_TEST_SECRET\" }\n" URIS,
                   folder / "t.toml");
  ASSERT_TRUE(config) << config.error().text();
  const auto& clients = config->declaration.realms.at(0).clients;
  EXPECT_EQ(clients.at(0).secret.expose_text("compared by a test"), "file-secret-file-secret-file-secret");
  EXPECT_EQ(clients.at(1).secret.expose_text("compared by a test"), "env-secret-env-secret-env-secret-env");
}

TEST(config, no_error_repeats_a_secret) {
  const auto config = read("[[client]]\nid = \"c\"\nsecret = \"hush-hush\"\n");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().text().find("hush"), std::string::npos) << config.error().text();
  for (const auto* line : {"store = \"host=db user=tessera password=hush\"",
                           "store = \"PostgreSQL://u:hush@db/tessera\"", "store = \"hush\"", "store = \"u:hush@db\"",
                           "store = \"u:hush://db\"", "issuer = \"https://u:hush@id.example\""}) {
    const auto wrong = parse_config(line, "t.toml");
    ASSERT_FALSE(wrong) << line;
    EXPECT_EQ(wrong.error().line, 1) << line;
    EXPECT_EQ(wrong.error().text().find("hush"), std::string::npos) << wrong.error().text();
  }
}

TEST(config, listens_at_an_address) {
  for (const auto& [text, address, port] :
       {std::tuple("127.0.0.1:0", "127.0.0.1", 0), std::tuple("[::1]:8080", "::1", 8080),
        std::tuple("[::]:65535", "::", 65535), std::tuple("0.0.0.0:80", "0.0.0.0", 80)}) {
    const auto config = read(std::string("listen = \"") + text + "\"\n");
    ASSERT_TRUE(config) << config.error().text();
    EXPECT_EQ(config->settings.address, address);
    EXPECT_EQ(config->settings.port, port);
  }
}

TEST(config, things_go_to_their_realm) {
  const auto config = read("[[realm]]\nid = \"shop\"\nname = \"Shop\"\n[[role]]\nname = \"r\"\nrealm = \"shop\"\n");
  ASSERT_TRUE(config) << config.error().text();
  ASSERT_EQ(config->declaration.realms.size(), 2u);
  EXPECT_TRUE(config->declaration.realms[0].roles.empty());
  EXPECT_EQ(config->declaration.realms[1].realm.name, "Shop");
  EXPECT_EQ(config->declaration.realms[1].roles.at(0).name, "r");
}

TEST(config, clients_urls_reach_what_the_operator_lists) {
  const auto config = read("[outbound]\nreachable = [\"10.0.0.0/8\", \"::1\"]\nca_file = \"ca.pem\"\n");
  ASSERT_TRUE(config) << config.error().text();
  const auto& outbound = config->settings.outbound;
  EXPECT_TRUE(outbound.reachable.contain("10.1.2.3") && outbound.reachable.contain("::1"));
  EXPECT_FALSE(outbound.reachable.contain("127.0.0.1") || outbound.reachable.contain("11.0.0.1"));
  EXPECT_EQ(outbound.ca_file, "/x/ca.pem");
}

TEST(config, a_client_may_have_its_keys_elsewhere_and_pairwise_subjects) {
  const auto config = read(
      "[[client]]\nid = \"c\"\nauth = \"private_key_jwt\"\njwks_uri = \"https://c.example/jwks\"\n"
      "subject_type = \"pairwise\"\nsector_identifier_uri = \"https://s.example/uris.json\"\n"
      "redirect_uris = [\"https://c.example/cb\", \"https://d.example/cb\"]\n");
  ASSERT_TRUE(config) << config.error().text();
  const auto& client = config->declaration.realms[0].clients[0].client;
  EXPECT_EQ(client.jwks_uri, "https://c.example/jwks");
  EXPECT_EQ(client.subject_type, issuer::SubjectType::pairwise);
  EXPECT_EQ(client.sector_identifier_uri, "https://s.example/uris.json");
}

TEST(config, what_else_is_known_of_a_person_has_the_names_of_the_standard) {
  const std::string user = "[[user]]\nusername = \"ann\"\npassword = \"long enough\"\n";
  const auto good = read(user + "profile = { nickname = \"A\" }\naddress = { country = \"DE\" }\n");
  ASSERT_TRUE(good) << good.error().text();
  const auto& profile = good->declaration.realms[0].users.at(0).user.profile;
  EXPECT_EQ(profile.texts.at("nickname") + profile.address.at("country"), "ADE");
  for (const char* line : {"profile = { nick = \"A\" }", "profile = { email = \"A\" }", "profile = { nickname = 1 }",
                           "profile = \"A\"", "address = { city = \"B\" }", "phone_number_verified = \"yes\""}) {
    const auto bad = read(user + line + "\n");
    ASSERT_FALSE(bad) << line;
    EXPECT_NE(bad.error().text().find(":5: user."), std::string::npos) << bad.error().text();
  }
}

TEST(config, the_reference_in_docs_is_not_stale) {
  std::ifstream in(TESSERA_SOURCE_DIR "/docs/configuration.md");
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), configuration_reference()) << "run: tessera config reference > docs/configuration.md";
}

}  // namespace
}  // namespace tessera::server
