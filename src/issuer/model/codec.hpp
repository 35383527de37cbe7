// Configured things as JSON texts: ConfigRow::body, and what else is known of a person. What is printed reads back the
// same.
//
// A member that is missing takes its default, and one that is not known is left alone, so that a database serves the
// next version and the one before it. Errors: those of json::Document, and malformed (a value of a wrong kind; `at`
// names it).
#pragma once

#include <string>
#include <string_view>

#include "issuer/model/realm.hpp"
#include "issuer/model/user.hpp"
#include "tessera/result.hpp"

namespace tessera::issuer {

std::string print(const Realm& realm);
std::string print(const ResourceServer& server);
std::string print(const Role& role);
std::string print(const Group& group);
std::string print(const Client& client);
std::string print(const Profile& profile);
std::string print(const TrustedIssuer& trusted);

Result<Realm> parse_realm(std::string_view json);
Result<ResourceServer> parse_resource_server(std::string_view json);
Result<Role> parse_role(std::string_view json);
Result<Group> parse_group(std::string_view json);
Result<Client> parse_client(std::string_view json);
Result<Profile> parse_profile(std::string_view json);
Result<TrustedIssuer> parse_trusted_issuer(std::string_view json);

// How enumerators are spelled in rows and in the configuration file; "" and nothing when there is no such name.
std::string_view name_of(ClientAuth auth);
std::string_view name_of(GrantType type);
std::string_view name_of(Party party);
std::string_view name_of(SubjectType type);
std::string_view name_of(ScopeNeed need);
std::optional<ClientAuth> client_auth_from(std::string_view name);
std::optional<GrantType> grant_type_from(std::string_view name);

}  // namespace tessera::issuer
