// Package response has the answers that are kept: encoded once, in the content codings that clients ask for, each with its
// own validator, and with the one head that goes before them.
//
//	search's answer, encoded ──▶ [Response] ──▶ [Cache]
//	                                 └──▶ [Message]: 200 or 304, coding, head ──▶ net/http, or bytes on the connection
//
// What an answer says is decided in one place, [Response.Message], for every way out: a request that was searched for, one
// that the cache answers, and one that does not even reach net/http. A cached answer costs no allocation there.
package response
