// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_MESSAGE_SOCKET_HPP_
#define PTYCHOPATCH_APPS_FORMATS_MESSAGE_SOCKET_HPP_

#include "formats/message.hpp"

namespace ptychopatch::formats {

// Messages over a socket: their length, then they themselves. False where the other end is gone.
bool send_bytes(int socket, const void* data, std::size_t size);
bool receive_bytes(int socket, void* data, std::size_t size);
bool send_message(int socket, const Message& message);
bool receive_message(int socket, Message& message);

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_MESSAGE_SOCKET_HPP_
