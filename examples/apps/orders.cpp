#include "web_app.hpp"

int main(int argc, char** argv) {
  return example::run_web_app({.name = "Orders", .cookie = "orders", .list_path = "/orders", .new_path = "/orders"},
                              argc, argv);
}
