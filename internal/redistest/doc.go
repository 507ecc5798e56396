// Package redistest gives tests a real Redis server, a client of it, a clock that they move, and a recorder that counts.
package redistest
