// Package api is the public routes: echo lives here and nowhere else. A handler reads as the steps of its request, and each
// step has a package of its own.
//
//	            ┌─ remembered and kept? ─────────────────────────────────────────────┐
//	request ──▶ record ──▶ query, dropin ──▶ response cache ──▶ search ──▶ encode ──▶ response ──▶ record
//
// Every request has a record, which ends in one place. Its parameters become a canonical [timeslot.Query] or a key, or a 400
// that names all offenders; the response cache or the search has the answer; and [Server.answer] decides what is said. A
// booking passes the record and then goes straight to the gateway, which alone touches its bytes. Every error leaves as a
// problem document (RFC 9457); the one table from error to status is in problem.go.
package api
