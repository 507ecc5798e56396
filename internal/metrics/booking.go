package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// bookingMetrics are about bookings: how they end, and how old our offer of the slot was (the ghost-slot measure).
type bookingMetrics struct {
	bookings *prometheus.CounterVec
	slotAge  *prometheus.HistogramVec
}

func newBookingMetrics() bookingMetrics {
	return bookingMetrics{
		bookings: counter("bookings_total", "Bookings by how they ended.", "product", "flow", "outcome"),
		slotAge: histogram("booked_slot_age_seconds",
			"Age of our offer of a slot when somebody tried to book it.", ages(), "product", "outcome"),
	}
}

func (m *bookingMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.bookings, m.slotAge}
}

func (m *bookingMetrics) startAtZero(product string) {
	for _, flow := range flows() {
		for _, outcome := range bookingOutcomes() {
			m.bookings.WithLabelValues(product, flow, outcome)
		}
	}
	for _, outcome := range bookingOutcomes() {
		m.slotAge.WithLabelValues(product, outcome)
	}
}

// Booking counts one booking by how it ended.
func (m *Metrics) Booking(product, flow, outcome string) {
	if m != nil {
		m.booking.bookings.WithLabelValues(m.words.product.fold(product), m.words.flow.fold(flow),
			m.words.bookResult.fold(outcome)).Inc()
	}
}

// BookedSlotAge records how old our offer of a slot was when it was booked or refused.
func (m *Metrics) BookedSlotAge(product, outcome string, age time.Duration) {
	if m != nil {
		m.booking.slotAge.WithLabelValues(m.words.product.fold(product), m.words.bookResult.fold(outcome)).
			Observe(age.Seconds())
	}
}
