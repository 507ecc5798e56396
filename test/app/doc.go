// Package app proves that a client of DexCare's own SDK may call the service in DexCare's place. Its corpus has every call that the
// SDK makes, as it writes it (docs/dexcare.md §13); each is sent byte for byte through the service, and straight to the simulated
// tenant, and both must answer the same. A program that behaves as an app does, loadtest/app, then lives on the answers:
// it looks for slots, is too late for one, books another, and cancels it.
package app
