#pragma once
#include <iostream>
#include <string>

/** Results in the Test Anything Protocol (https://testanything.org), which perfloop and most CI systems read. */
class Tap {
 public:
  void ok(bool passed, const std::string& name) {
    ++count_;
    if (!passed) ++failed_;
    std::cout << (passed ? "ok " : "not ok ") << count_ << " - " << name << std::endl;
  }

  /** The exit code of the program. */
  int finish() const {
    std::cout << "1.." << count_ << std::endl;
    return failed_ == 0 ? 0 : 1;
  }

 private:
  int count_ = 0;
  int failed_ = 0;
};
