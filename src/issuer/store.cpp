#include "issuer/store.hpp"

#include <future>

namespace tessera::issuer {

namespace {
Result<void> wait_for(auto start) {
  std::promise<Result<void>> promise;
  auto future = promise.get_future();
  start([&promise](Result<void> result) { promise.set_value(std::move(result)); });
  return future.get();
}
}  // namespace

Result<void> Store::read_now(Work work) {
  return wait_for([&](Done done) { read(std::move(work), std::move(done)); });
}

Result<void> Store::write_now(Work work) {
  return wait_for([&](Done done) { write(std::move(work), std::move(done)); });
}

}  // namespace tessera::issuer
