#include "issuer/steps/alive.hpp"

namespace tessera::issuer {

namespace {
bool within(Instant from, seconds lifetime, Instant now) { return now < from + lifetime; }
}  // namespace

bool session_alive(const Snapshot& snapshot, const Session& session, Instant now) {
  const auto& life = snapshot.realm.lifetimes;
  return !session.ended && within(session.seen, life.session_idle, now) &&
         within(session.created, life.session_max, now) &&
         !snapshot.facts->ended({.subject = session.user.text, .session = session.id.text, .rev = session.rev});
}

bool grant_alive(const Snapshot& snapshot, const Grant& grant, const Session* session, Instant now) {
  const auto& life = snapshot.realm.lifetimes;
  return !grant.ended && within(grant.used, life.refresh_idle, now) && within(grant.created, life.refresh_max, now) &&
         !snapshot.facts->ended({.subject = grant.user.text,
                                 .client = grant.client.text,
                                 .audience = grant.audience,
                                 .grant = grant.id.text,
                                 .rev = grant.rev}) &&
         (grant.offline || (session && session->id == grant.session && session_alive(snapshot, *session, now)));
}

}  // namespace tessera::issuer
