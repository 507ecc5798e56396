package query

import (
	"errors"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"timeslots/internal/timeslot"
)

// foldedLists are the lists whose values mean the same in any case.
var foldedLists = []string{"visitTypeName", "clinicType", "specialty", "gender", "ehrInstance", "modality"}

// respelled says the same in other words: parameters and values in another order, lists joined and taken apart, values
// twice, letters of ASCII in another case where that has no meaning, all of it escaped in another way.
func respelled(values url.Values, random *rand.Rand) string {
	var pairs []string
	for _, p := range specimensOfAll {
		given := slices.Clone(values[p.name])
		if p.list {
			given = respelledList(given, slices.Contains(foldedLists, p.name), random)
		}
		for _, value := range given {
			pairs = append(pairs, p.name+"="+escaped(value, random))
		}
	}
	random.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
	return strings.Join(pairs, "&")
}

func respelledList(given []string, folded bool, random *rand.Rand) []string {
	var flat []string
	for _, joined := range given {
		for value := range strings.SplitSeq(joined, ",") {
			for range 1 + random.IntN(2) {
				if folded {
					value = otherCase(value, random)
				}
				flat = append(flat, value)
			}
		}
	}
	random.Shuffle(len(flat), func(i, j int) { flat[i], flat[j] = flat[j], flat[i] })
	var out []string
	for _, value := range flat {
		if len(out) > 0 && random.IntN(2) == 0 {
			out[len(out)-1] += "," + value
		} else {
			out = append(out, value)
		}
	}
	return out
}

func otherCase(s string, random *rand.Rand) string {
	b := []byte(s)
	for i, c := range b {
		if small := c | 0x20; small >= 'a' && small <= 'z' && random.IntN(2) == 0 {
			b[i] = c ^ 0x20
		}
	}
	return string(b)
}

// escaped escapes what must be, and now and then what need not.
func escaped(s string, random *rand.Rand) string {
	const digits = "0123456789abcdefABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if random.IntN(4) > 0 {
			b.WriteString(url.QueryEscape(s[i : i+1]))
			continue
		}
		b.WriteByte('%')
		b.WriteByte(digits[s[i]>>4])
		b.WriteByte(digits[s[i]&15])
	}
	return b.String()
}

// sameMeaning compares queries, less what has no effect: a radius without a place, an explicit one where it filters
// anyway, and which spelling of a visit type was kept.
func sameMeaning(a, b *timeslot.Query) bool {
	plain := func(q timeslot.Query) timeslot.Query {
		if !q.HasLocation() {
			q.Radius = 0
		}
		q.RadiusExplicit = q.FiltersByRadius()
		for i, name := range q.VisitTypes {
			q.VisitTypes = slices.Clone(q.VisitTypes)
			q.VisitTypes[i] = strings.ToLower(name)
		}
		return q
	}
	return cmp.Equal(plain(*a), plain(*b), cmpopts.EquateEmpty())
}

// FuzzMeaning: what is accepted is accepted however it is spelled, and has one canonical text; two queries have the same
// text when, and only when, they mean the same.
func FuzzMeaning(f *testing.F) {
	for _, p := range specimensOfAll {
		f.Add(p.with(p.value), p.with(p.value)+"&limit=7", uint64(1))
	}
	f.Add("npi=9000000017,9000000025&visitTypeName=Flu+Shot&gender=F", "npi=9000000025&npi=9000000017&visitTypeName=flu+shot&gender=female", uint64(2))
	f.Add("latitude=47.61&longitude=-122.33&visitTypeName=a&radius=30", "latitude=47.61&longitude=-122.33&visitTypeName=a", uint64(3))
	f.Add("npi=9000000017&latitude=1&longitude=2&radius=30", "npi=9000000017&latitude=1&longitude=2", uint64(4))
	f.Add("postalCode=98101-1234&visitTypeName=a%26b%2Ec", "postalCode=98101&visitTypeName=a%26b.c,A%26B.C&latitude=1&longitude=1", uint64(5))
	f.Add("npi=9000000017&specialty=a&clinicType=b", "npi=9000000017&specialty=b&clinicType=a", uint64(6))
	f.Add("npi=9000000017&radius=9&endDate=2030-01-01&sort=balanced&explain=true&userTimezone=UTC", "npi=9000000017&ehrInstance=É&modality=é", uint64(7))
	f.Fuzz(func(t *testing.T, rawA, rawB string, seed uint64) {
		a, product, err := List(rawA)
		if err != nil {
			if invalid, ok := errors.AsType[*timeslot.InvalidQueryError](err); !ok || len(invalid.Violations) == 0 {
				t.Fatalf("error %v names nothing", err)
			}
			return
		}
		values, err := url.ParseQuery(rawA)
		if err != nil {
			t.Fatal(err)
		}
		other := respelled(values, rand.New(rand.NewPCG(seed, 1)))
		if len(other) <= maxQueryBytes && listedValues(values) <= MaxListValues/2 {
			again, sameProduct, err := List(other)
			if err != nil || again.Canonical() != a.Canonical() || sameProduct != product {
				t.Fatalf("%s\nsays what %s says, and gives %v\n%+v\n%+v", other, rawA, err, again, a)
			}
		}
		twice := *a
		if twice.Normalize(); twice.Canonical() != a.Canonical() || !cmp.Equal(&twice, a) {
			t.Fatalf("normalised twice it is another:\n%+v\n%+v", twice, a)
		}
		if b, _, err := List(rawB); err == nil && sameMeaning(a, b) != (a.Canonical() == b.Canonical()) {
			t.Fatalf("%s\n%s\nmean the same: %v; texts\n%s\n%s", rawA, rawB, sameMeaning(a, b), a.Canonical(), b.Canonical())
		}
	})
}

func listedValues(values url.Values) (n int) {
	for _, given := range values {
		for _, joined := range given {
			n += 1 + strings.Count(joined, ",")
		}
	}
	return n
}
