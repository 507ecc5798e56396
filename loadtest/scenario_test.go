package main

import (
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"timeslots/test/rig"

	"github.com/google/go-cmp/cmp"
	vegeta "github.com/tsenart/vegeta/v12/lib"
)

func TestScenariosThatCannotStartSayWhy(t *testing.T) {
	nobody := rig.Listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") }))
	broken := rig.Listen(t, http.NotFoundHandler())
	doctor := func(o findADoctorOptions) options { return options{scenarios: scenarios{FindADoctor: o}} }
	for _, tt := range []struct {
		name, command, want string
		options             options
	}{
		{"nobody named", "findadoctor", "name clinicians", doctor(findADoctorOptions{Skew: 1.2})},
		{"a short NPI", "findadoctor", `"90000" is not an NPI`, doctor(findADoctorOptions{Skew: 1.2, NPI: []string{"90000"}})},
		{"a flat skew", "findadoctor", "--skew", doctor(findADoctorOptions{Skew: 1})},
		{"a remote directory", "findadoctor", "--allow-remote", doctor(findADoctorOptions{Skew: 2, Directory: "http://192.0.2.1"})},
		{"an empty directory", "findadoctor", "lists nobody", doctor(findADoctorOptions{Skew: 2, Directory: nobody})},
		{"a broken directory", "findadoctor", "404 Not Found", doctor(findADoctorOptions{Skew: 2, Directory: broken})},
		{"no thinking", "nearme", "--think", options{Rate: 1}},
		{"nobody near", "nearme", "make no page view", options{Rate: 1, Duration: time.Nanosecond, scenarios: scenarios{NearMe: nearMeOptions{Think: time.Nanosecond}}}},
		{"nobody looks", "app", "--think", options{Rate: 1}},
		{"too many bookings", "app", "--bookings", options{Rate: 1, scenarios: scenarios{App: appOptions{Think: 1, Bookings: 1.5}}}},
		{"nobody starts it", "app", "make no session", options{Rate: 1, Duration: time.Second, scenarios: scenarios{App: appOptions{Think: 1}}}},
		{"more than all are hot", "accuracy", "--hot", options{Rate: 1, scenarios: scenarios{Accuracy: accuracyOptions{Hot: 2}}}},
		{"nobody knows the truth", "accuracy", "--simulator", options{Rate: 1}},
		{"a report alone", "accuracy", "--compare", options{Rate: 1, scenarios: scenarios{Accuracy: accuracyOptions{Saved: []string{"a.json"}}}}},
		{"no scenario", "tsunami", "no scenario", options{}},
	} {
		tt.options.command = tt.command
		err := run(t.Context(), &tt.options, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestSameSeedSameRequests(t *testing.T) {
	npis := []string{"9000000017", "9000000025", "9000000033"}
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	draw := func(seed uint64) (urls []string) {
		s := &scenario{next: findADoctor(npis, now, 1.2)}
		next := s.targeter("http://127.0.0.1:8080/", seed)
		for range 50 {
			var target vegeta.Target
			if err := next(&target); err != nil {
				t.Fatal(err)
			}
			urls = append(urls, target.URL)
		}
		return urls
	}
	if d := cmp.Diff(draw(7), draw(7)); d != "" {
		t.Errorf("one seed, two sequences:\n%s", d)
	}
	if cmp.Equal(draw(7), draw(8)) {
		t.Error("two seeds, one sequence")
	}
}

func TestPopularCliniciansAreAskedForMost(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var seen [240]int
	for range 10_000 {
		seen[zipf(random, 1.2, len(seen))]++
	}
	if seen[0] < 5*seen[9] || seen[0] > 5000 {
		t.Errorf("the first of 240 was asked for %d times of 10,000, the tenth %d times", seen[0], seen[9])
	}
	if one := zipf(random, 1.2, 1); one != 0 {
		t.Errorf("of one clinician, number %d was drawn", one)
	}
}

func TestTheCrowdSpreadsAroundItsCities(t *testing.T) {
	query := fluShot(1)
	random := rand.New(rand.NewPCG(1, 1))
	spots := map[string]bool{}
	for range 1000 {
		asked, err := url.Parse(query(random).path)
		if err != nil {
			t.Fatal(err)
		}
		q := asked.Query()
		spots[q.Get("latitude")+","+q.Get("longitude")] = true
		if q.Get("visitTypeName") != "FluShot" || q.Get("radius") != "25" || q.Get("product") != "flushot" {
			t.Fatalf("query %v", q)
		}
	}
	if len(spots) != 6*spotsPerCity {
		t.Errorf("%d spots, want %d", len(spots), 6*spotsPerCity)
	}
}
