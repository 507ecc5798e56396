// Package config reads, checks and prints the configuration of docs/interface.md §2.
//
// [Load] stacks three layers, the later one winning key by key: built-in defaults, the YAML file, and environment
// variables named AGGREGATOR_ plus the key's path in upper snake case. The stack is decoded into a [Config], values of
// the form file:/path are replaced by what that file holds, products take what they leave out from products.default,
// and the whole is validated:
//
//	defaults ◀── file ◀── environment ──decode──▶ Config ──validate──▶ Config or *Error
//
// Every mistake is found in one pass. An [Error] lists all of them, each with its place, its key and a fix, and none
// quotes a secret. A Config is not written to after Load returned it.
package config
