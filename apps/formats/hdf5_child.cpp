// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "formats/child_limits.hpp"
#include "formats/hdf5_server.hpp"
#include "formats/message_socket.hpp"

namespace ptychopatch::formats {

void serve_hdf5(int socket) {
  begin_child();
  try {
    Hdf5Server server(&allow_child);
    Message question;
    while (receive_message(socket, question)) {
      const Hdf5Reply reply = server.answer(question);
      if (!send_message(socket, reply.message) ||
          !send_bytes(socket, reply.data.data(), reply.data.size())) {
        break;
      }
    }
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace ptychopatch::formats
