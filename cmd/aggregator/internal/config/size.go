package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Size is a number of bytes. Its text form is a whole number with B, KiB, MiB or GiB, or without a unit.
type Size int64

// Units of [Size].
const (
	KiB Size = 1 << 10
	MiB Size = 1 << 20
	GiB Size = 1 << 30
)

var sizeUnits = [...]struct {
	name string
	unit Size
}{{"KiB", KiB}, {"MiB", MiB}, {"GiB", GiB}, {"B", 1}, {"", 1}}

// ParseSize reads the text form.
func ParseSize(text string) (Size, error) {
	for _, u := range sizeUnits {
		digits, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/int64(u.unit) {
			break
		}
		return Size(n) * u.unit, nil
	}
	return 0, fmt.Errorf("%q is not a size", text)
}

// String is the shortest exact text form.
func (s Size) String() string {
	for _, u := range [...]int{2, 1, 0} {
		if unit := sizeUnits[u]; s >= unit.unit && s%unit.unit == 0 {
			return strconv.FormatInt(int64(s/unit.unit), 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}
