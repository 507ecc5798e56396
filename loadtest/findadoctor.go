package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

type findADoctorOptions struct {
	NPI       []string `help:"Clinicians to ask for, 10 digits each." placeholder:"NPI"`
	Directory string   `help:"Base URL that lists the clinicians at /v1/providers, such as the simulator's." placeholder:"URL"`
	Skew      float64  `help:"Zipf exponent of popularity, more than 1." default:"1.2"`
}

var npiGrammar = regexp.MustCompile(`^\d{10}$`)

// clinicians are the NPIs of the flags, or else those of the directory, or of the simulator.
func (o *findADoctorOptions) clinicians(ctx context.Context, all *options) ([]string, error) {
	if !(o.Skew > 1) {
		return nil, errors.New("--skew must be more than 1")
	}
	npis := o.NPI
	if len(npis) == 0 {
		address := cmp.Or(o.Directory, all.Simulator)
		if address == "" {
			return nil, errors.New("name clinicians with --npi, or where to find them with --directory")
		}
		if err := checkBase("--directory", address, all.AllowRemote); err != nil {
			return nil, err
		}
		var err error
		if npis, err = discover(ctx, address); err != nil {
			return nil, err
		}
	}
	for _, npi := range npis {
		if !npiGrammar.MatchString(npi) {
			return nil, fmt.Errorf("%q is not an NPI of 10 digits", npi)
		}
	}
	return npis, nil
}

// discover reads the public list of clinicians (docs/dexcare.md §5.1).
func discover(ctx context.Context, base string) ([]string, error) {
	address := strings.TrimSuffix(base, "/") + "/v1/providers"
	text, err := ask(ctx, http.MethodGet, address, "")
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	var list []struct{ NPI string }
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("directory: %s: %w", address, err)
	}
	npis := make([]string, len(list))
	for i, entry := range list {
		npis[i] = entry.NPI
	}
	slices.Sort(npis)
	if npis = slices.Compact(npis); len(npis) == 0 {
		return nil, fmt.Errorf("directory: %s lists nobody", address)
	}
	return npis, nil
}

const pageSize = 20 // clinicians on a page

// findADoctor asks as Find-a-Doctor pages do.
func findADoctor(npis []string, now time.Time, skew float64) func(*rand.Rand) request {
	query := questions(npis, slices.Collect(slices.Chunk(npis, pageSize)), now, skew)
	return func(random *rand.Rand) request {
		q := query(random)
		q.Set("product", "findadoctor")
		return page(q)
	}
}

// questions draws questions: six in ten are about a page of clinicians, the others about one clinician's profile.
// Popularity is Zipf's over pages and over clinicians; each question takes one of twelve filters.
func questions(npis []string, pages [][]string, now time.Time, skew float64) func(*rand.Rand) url.Values {
	filters := doctorFilters(now)
	return func(random *rand.Rand) url.Values {
		query := url.Values{}
		for name, value := range filters[random.IntN(len(filters))] {
			query.Set(name, value)
		}
		if random.IntN(10) < 6 {
			query["npi"] = pages[zipf(random, skew, len(pages))]
		} else {
			query.Set("npi", npis[zipf(random, skew, len(npis))])
		}
		return query
	}
}

// zipf draws from 0…n−1, small numbers far more often.
func zipf(random *rand.Rand, skew float64, n int) int {
	return int(rand.NewZipf(random, skew, 1, uint64(n-1)).Uint64())
}

// doctorFilters are three kinds of visit times four windows. Dates start tomorrow, so that they are in the future in
// every zone.
func doctorFilters(now time.Time) []map[string]string {
	date := func(days int) string { return dateAfter(now, days) }
	windows := []map[string]string{
		{},
		{"startDate": date(1), "endDate": date(3)},
		{"startDate": date(1), "endDate": date(7)},
		{"startDate": date(8), "endDate": date(14)},
	}
	var filters []map[string]string
	for _, visit := range []string{"", "FollowUp", "NewPatient"} {
		for _, window := range windows {
			filter := maps.Clone(window)
			if visit != "" {
				filter["visitTypeName"] = visit
			}
			filters = append(filters, filter)
		}
	}
	return filters
}
