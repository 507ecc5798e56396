package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/test/rig/figure"
)

func TestReloadsUnderLoadLoseNoRequest(t *testing.T) {
	figure.Beside(t)
	addr := startTenant(t)
	load := func(n int) func() (*config.Config, error) {
		return func() (*config.Config, error) {
			text := served(addr) + fmt.Sprintf("search: {budget: %dms}\nlog: {level: error}\n", 50_000+n)
			return config.LoadBytes("test", []byte(text), patience(t, text))
		}
	}
	text := served(addr)
	s := built(t, text, io.Discard, patience(t, text)...)
	var visitors sync.WaitGroup
	for v := range 8 {
		visitors.Go(func() {
			for i := range 20 {
				w := httptest.NewRecorder()
				s.door.ServeHTTP(w, httptest.NewRequest(http.MethodGet, fmt.Sprintf("/v1/timeslots?npi=90000%05d", 100*v+i), nil))
				if w.Code != http.StatusOK && w.Code != http.StatusNotFound {
					t.Errorf("%d %s", w.Code, w.Body)
				}
			}
		})
	}
	for n := range 10 {
		s.reload(load(n + 1))
	}
	visitors.Wait()
}
