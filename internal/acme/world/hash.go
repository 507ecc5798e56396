package world

import "fmt"

// Mix spreads x over 64 bits (the finaliser of SplitMix64); equal in, equal out, on every machine.
func Mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Hash folds the parts, in order, into one number.
func Hash(parts ...uint64) uint64 {
	h := uint64(len(parts))
	for _, p := range parts {
		h = Mix(h ^ p)
	}
	return h
}

// HashText folds a text into one number.
func HashText(s string) uint64 {
	h := uint64(len(s))
	for i := range len(s) {
		h = Mix(h ^ uint64(s[i]))
	}
	return h
}

// Fraction is h as a number in [0, 1).
func Fraction(h uint64) float64 { return float64(h>>11) / (1 << 53) }

// What a hash is for, so that two uses of the same numbers do not agree.
const (
	SaltBusy = iota + 1
	saltPlace
	saltPerson
	saltSlotID
	saltSlotMask
	SaltCorrelation
	SaltVisit
	SaltLatency
	SaltFault
	SaltSearch
	SaltHiding
	SaltPatient
	SaltVirtual
	SaltReport
	SaltSpelling
)

// UUID is a version 4 UUID made of a hash.
func UUID(h uint64) string {
	low := Mix(h)
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", h>>32, h>>16&0xffff, h&0xfff, low>>48&0xfff, low&0xffffffffffff)
}
