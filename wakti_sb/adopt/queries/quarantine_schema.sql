create schema if not exists wakti_quarantine
