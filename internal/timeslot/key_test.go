package timeslot

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func anyKey(t *rapid.T, label string) FragmentKey {
	text := rapid.OneOf(rapid.StringN(0, 3, 8), rapid.SampledFrom([]string{"", "a", "a:b", "%", "%3A", "a,b", "FollowUp", "é"}))
	span := Span{}
	if days := rapid.SampledFrom(SpanDays()).Draw(t, label+" days"); days < BlockDays {
		span = Span{Days: days, Part: rapid.Uint8Range(0, (BlockDays-1)/days).Draw(t, label+" part")}
	}
	return FragmentKey{
		Operation: Operation(text.Draw(t, label+" operation")), Version: rapid.Uint8().Draw(t, label+" version"),
		NPI: text.Draw(t, label+" npi"), Department: text.Draw(t, label+" department"), VisitType: text.Draw(t, label+" visit type"),
		Block: Block(rapid.Int32().Draw(t, label+" block")), Span: span,
		Area: Area{
			Latitude: rapid.Int32().Draw(t, label+" latitude"), Longitude: rapid.Int32().Draw(t, label+" longitude"),
			PostalCode: text.Draw(t, label+" code"), Radius: rapid.Uint8().Draw(t, label+" radius"),
		},
		Exact: rapid.Bool().Draw(t, label+" exact"), Post: rapid.Bool().Draw(t, label+" post"),
		Item: text.Draw(t, label+" item"), Params: text.Draw(t, label+" params"),
	}
}

func TestAKeysTextHasEachFieldInItsPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := anyKey(t, "key")
		fields := strings.Split(key.String(), ":")
		if len(fields) != 10 {
			t.Fatalf("%d fields in %q", len(fields), key.String())
		}
		operation, _, _ := strings.Cut(fields[1], "/")
		code := strings.Split(fields[6], ",")
		for i, want := range []string{string(key.Operation), key.NPI, key.Department, key.VisitType, key.Area.PostalCode, key.Item, key.Params} {
			written := []string{operation, fields[2], fields[3], fields[4], code[2], fields[8], fields[9]}[i]
			if got, err := url.PathUnescape(written); err != nil || got != want || len(code) != 4 {
				t.Fatalf("%q stands as %q in %q: %v", want, written, key.String(), err)
			}
		}
	})
}

func TestDifferentKeysHaveDifferentTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyKey(t, "a"), anyKey(t, "b")
		if rapid.Bool().Draw(t, "nearly alike") {
			parts := b
			b = a
			switch rapid.IntRange(0, 5).Draw(t, "but for") {
			case 0:
				b.NPI, b.Department = parts.NPI, parts.Department
			case 1:
				b.VisitType, b.Span = parts.VisitType, parts.Span
			case 2:
				b.Area.PostalCode, b.Area.Radius = parts.Area.PostalCode, parts.Area.Radius
			case 3:
				b.Item, b.Params = parts.Item, parts.Params
			case 4:
				b.Exact, b.Post = parts.Exact, parts.Post
			case 5:
				b.Operation, b.Version = parts.Operation, parts.Version
			}
		}
		if (a == b) != (a.String() == b.String()) {
			t.Fatalf("%+v and %+v: equal %v, texts %q and %q", a, b, a == b, a.String(), b.String())
		}
	})
}

func TestPartsTileTheirBlock(t *testing.T) {
	for _, days := range SpanDays() {
		for d := Date(-100); d < 100; d++ {
			k := FragmentKey{Block: BlockOf(d), Span: SpanOf(d, days)}
			first, last := k.FirstDay(), min(k.LastDay(), k.Block.Last())
			if d < first || d > last || int(last-first) >= int(days) {
				t.Errorf("day %d is in the part from %d to %d, where parts have %d days", d, first, last, days)
			}
		}
	}
}

func TestBlocksTileTheCalendar(t *testing.T) {
	for d := Date(-100); d < 100; d++ {
		if b := BlockOf(d); d < b.First() || d > b.Last() {
			t.Errorf("day %d is in block %d, which has days %d to %d", d, b, b.First(), b.Last())
		}
	}
}

func TestNeighboursShareAnArea(t *testing.T) {
	home, nextDoor := Point{Latitude: 47.6111, Longitude: -122.3311}, Point{Latitude: 47.6134, Longitude: -122.3289}
	if a, b := AreaAround(home.Rounded(2), 31), AreaAround(nextDoor.Rounded(2), 31); a != b {
		t.Errorf("%+v and %+v differ", a, b)
	}
	if p := AreaAround(home.Rounded(2), 31).Point(); p != home.Rounded(2) {
		t.Errorf("the area's point is %v, want %v", p, home.Rounded(2))
	}
}
