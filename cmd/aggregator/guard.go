package main

import (
	"net"
	"net/http"
	"strings"

	"timeslots/internal/api/door"
)

// adminHandler is what the admin listener serves: its routes, with their panics contained, and with no changing call
// that a page of another origin makes an operator's browser send.
func (s *service) adminHandler() http.Handler {
	return door.Contain(http.NewCrossOriginProtection().Handler(s.adminRoutes()), s.log)
}

// fromHere tells a request of this machine that was meant for it: a page whose name was made to point at loopback sends
// its own name as the host.
func fromHere(r *http.Request) bool {
	peer, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || !isLoopback(peer) {
		return false
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.EqualFold(host, "localhost") || isLoopback(strings.Trim(host, "[]"))
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
