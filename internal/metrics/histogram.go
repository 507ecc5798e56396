package metrics

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// durations and ages are the upper bounds, in seconds, of the classic buckets; scrapers that ask for protobuf get the
// native histogram too, which resolves to ten percent.
func durations() []float64 {
	return []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
}

func ages() []float64 {
	return []float64{.1, 1, 2.5, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600}
}

// withLatencies adds bounds of our own to the usual ones.
func withLatencies(bounds []float64, latencies []time.Duration) []float64 {
	for _, l := range latencies {
		if l > 0 {
			bounds = append(bounds, l.Seconds())
		}
	}
	slices.Sort(bounds)
	return slices.Compact(bounds)
}

func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  160,
		NativeHistogramMinResetDuration: time.Hour,
	}, labels)
}

// observe records a duration, with the trace that shows an example of it where there is one. What is no trace id
// (W3C Trace Context §3.2.2.3) is left out: exemplars have a size limit, past which the library panics.
func observe(to prometheus.Observer, d time.Duration, traceID string) {
	if traceID != "" && isTraceID(traceID) {
		if traced, ok := to.(prometheus.ExemplarObserver); ok {
			traced.ObserveWithExemplar(d.Seconds(), prometheus.Labels{"trace_id": traceID})
			return
		}
	}
	to.Observe(d.Seconds())
}

func isTraceID(s string) bool {
	if len(s) != 32 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
