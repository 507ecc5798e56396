// Package dropin has the cached reads of clients that were written for DexCare (docs/interface.md §3.3): where they are, what
// each may be asked, and how it says no, in the words of its surface.
//
//	request ──▶ [Route.Read] ──▶ a key of the cache, or a refusal, or something personal that must not be kept
//
// Who serves them decides where answers come from; nothing here asks upstream.
package dropin
