// Package redistest has what tests of those need that keep data in Redis: clients of a server that rig runs, and a recorder
// that counts.
package redistest
