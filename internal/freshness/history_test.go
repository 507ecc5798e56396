package freshness

import (
	"math"
	"testing"
	"time"
)

func TestARestartAgrees(t *testing.T) {
	h := told(History{}, Look{Age: 40 * time.Second, Near: 5, NearGone: 1, Shown: 90, Gone: 4, Views: 70}, 7)
	written, err := h.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	again := Decode(written)
	if again != h || usual.For(again) != usual.For(h) {
		t.Errorf("%+v became %+v", h, again)
	}
	if nothing, _ := (History{}).AppendBinary(nil); len(nothing) != 0 || Decode(nothing).Known() {
		t.Errorf("no history takes %d bytes", len(nothing))
	}
}

// Whatever the bytes and the look, fresh times stay within bounds and histories can be written and read.
func FuzzDecode(f *testing.F) {
	good, _ := told(History{}, usualLook, 3).AppendBinary(nil)
	f.Add(good, int64(time.Minute), 5, 2, 400, 13, 99)
	f.Add(good[:16], int64(-1), -1, 9, 3, 9, -4)
	f.Add(append([]byte{version}, make([]byte, 16)...), int64(math.MaxInt64), 5, 5, math.MaxInt, math.MaxInt, math.MaxInt)
	f.Fuzz(func(t *testing.T, b []byte, age int64, near, nearGone, shown, gone, views int) {
		h := Decode(b)
		if h.Known() {
			if written, _ := h.AppendBinary(nil); string(written) != string(b) {
				t.Fatalf("%x became %x", b, written)
			}
		}
		look := Look{Age: time.Duration(age), Near: near, NearGone: nearGone, Shown: shown, Gone: gone, Views: views, Waited: views}
		for range 3 {
			var why Reason
			h, why = usual.After(h, look, Prior{}, Price{Call: 0.3, Scarce: 1})
			if fresh := usual.For(h); fresh < usual.Least || fresh > usual.Most || why.String() == "" {
				t.Fatalf("fresh for %v: %v", fresh, why)
			}
			if written, _ := h.AppendBinary(nil); Decode(written) != h {
				t.Fatalf("%+v is not read again", h)
			}
		}
	})
}
