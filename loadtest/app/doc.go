// Package app is a program that behaves like an app with DexCare's iOS SDK 9.8.0 in it, as far as a server can tell
// (docs/dexcare.md §13): it asks in the SDK's words, reads answers as strictly as the SDK does, and does what an app's
// user does, from the start of the app to a booking and its end.
//
//	Session   what a user does: starts the app, looks at lists and calendars, books, cancels; drawn from a seed
//	   │
//	Phone     the screens of the app, each a few calls
//	   │
//	call      which path, with a token or without, and what its answer must have
//	   │
//	wire      headers, query and body as the SDK writes them; the repeat after a 401; answers kept in memory
//
// An answer that the SDK could not decode is an [Error] that names the call, the field and what is wrong with it.
// Nothing here waits by itself: who runs a session says how long its user thinks.
package app
