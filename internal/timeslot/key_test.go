package timeslot

import (
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

func TestAKeysTextLeadsBackToTheKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := anyKey(t, "key")
		got, err := ParseFragmentKey(key.String())
		if err != nil || got != key {
			t.Fatalf("ParseFragmentKey(%q) = %+v, %v; want %+v", key.String(), got, err, key)
		}
	})
}

func TestDifferentKeysHaveDifferentTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyKey(t, "a"), anyKey(t, "b")
		if (a == b) != (a.String() == b.String()) {
			t.Fatalf("%+v and %+v: equal %v, texts %q and %q", a, b, a == b, a.String(), b.String())
		}
	})
}

// FuzzParseFragmentKey: what is accepted is the one text of its key.
func FuzzParseFragmentKey(f *testing.F) {
	f.Add(FragmentKey{Operation: OpProviderTimeslots, Version: 5, NPI: "9000000017", Block: 735}.String())
	f.Add("1:availability_slots/1:::FollowUp:735:476100,-1223300,,31:xp::a%3Db")
	f.Add("1:availability_slots/1:::FollowUp:735.7.3:476100,-1223300,,31:::")
	f.Add("1:%/0::::0:0,0,,0:::")
	f.Add("1:a/00::::-0:0,0,,0:px::")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := ParseFragmentKey(text)
		if err == nil && key.String() != text {
			t.Fatalf("%q was accepted, but its key says %q", text, key.String())
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
	for _, behind := range []string{"1:a/0::::0.7.4:0,0,,0:::", "1:a/0::::0.28.0:0,0,,0:::", "1:a/0::::0.0.0:0,0,,0:::", "1:a/0::::0.7:0,0,,0:::"} {
		if k, err := ParseFragmentKey(behind); err == nil {
			t.Errorf("%q is read as %+v", behind, k)
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
