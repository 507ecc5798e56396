package encode

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTimesAreWrittenAsTheLibraryWritesThem(t *testing.T) {
	check := func(unix int64, offset int) (got, want string) {
		local := time.Unix(unix, 0).In(time.FixedZone("", offset*60))
		return string(appendLocal(nil, unix, offset)), local.Format("2006-01-02T15:04:05-07:00")
	}
	for day := int64(1); day < 200*366; day++ { // every day until 2170
		if got, want := check(day*86400, 0); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		unix := rapid.Int64Range(86400, 253402214400).Draw(t, "unix")
		if got, want := check(unix, rapid.IntRange(-14*60, 14*60).Draw(t, "offset")); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}
