// Package api is the public HTTP surface: echo lives here and nowhere else.
//
// A search passes, in order: the request record (correlation id, product, metrics, log line), parsing into a canonical
// [timeslot.Query] or a 400 that names all offenders, the response cache, the search engine, the encoder, and the
// negotiation of encoding and validators. A booking passes the record and then goes straight to the gateway, which
// alone touches its bytes. Every error leaves as a problem document (RFC 9457); the one table from error to status is
// in problem.go.
package api
