// Package deploy holds what runs the service elsewhere: Prometheus' rules, Grafana's dashboards, Kubernetes' manifests.
// Its tests hold all of them against what the service exports and accepts.
package deploy
