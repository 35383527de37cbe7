#include "web_app.hpp"

int main(int argc, char** argv) {
  return example::run_web_app({.name = "Reports", .cookie = "reports", .list_path = "/reports", .new_path = ""}, argc,
                              argv);
}
