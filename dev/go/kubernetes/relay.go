// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"net"
	"os"
	"strconv"
)

// relay FD ADDRESS accepts TCP connections on the listening socket inherited as FD and carries each to
// ADDRESS. A socket belongs to the network namespace in which it was made, not to that of its
// process: so the host's loopback reaches the API server although the two namespaces share no network.
func relay() {
	if len(os.Args) != 3 {
		fail("usage: relay FD ADDRESS")
	}
	descriptor, err := strconv.Atoi(os.Args[1])
	if err != nil {
		fail("relay: FD %q is not a number", os.Args[1])
	}
	listener, err := net.FileListener(os.NewFile(uintptr(descriptor), "listener"))
	if err != nil {
		fail("relay: %v", err)
	}
	for {
		accepted, err := listener.Accept()
		if err != nil {
			fail("relay: %v", err)
		}
		go carry(accepted.(*net.TCPConn), os.Args[2])
	}
}

func carry(client *net.TCPConn, address string) {
	defer client.Close()
	dialled, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	server := dialled.(*net.TCPConn)
	defer server.Close()
	done := make(chan struct{}, 2)
	stream := func(to, from *net.TCPConn) {
		io.Copy(to, from) //nolint:errcheck // the peer sees the end of the stream
		to.CloseWrite()   //nolint:errcheck
		done <- struct{}{}
	}
	go stream(server, client)
	go stream(client, server)
	<-done
	<-done
}
