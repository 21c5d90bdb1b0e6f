# What R's forecast makes of the series of `ci/bench arima`. Reads a CSV file, without a header, of
#   name, period, p, d, q, P, D, Q, values…
# and prints for each series the model that auto.arima chooses, and the model of these orders:
#   name, what (auto or given), p, d, q, P, D, Q, constant (none, mean or drift), log-likelihood, AICc, seconds of processor time
# The lane runs it where Rscript and forecast are, and elsewhere reads what it printed before, arima-r.csv beside it.
suppressMessages(library(forecast))

file <- commandArgs(trailingOnly = TRUE)[1]

row <- function(name, what, fit, seconds) {
  orders <- c(arimaorder(fit), 0, 0, 0)[1:6]
  constant <- if ("drift" %in% names(coef(fit))) "drift" else if ("intercept" %in% names(coef(fit))) "mean" else "none"
  cat(name, what, orders, constant, sprintf("%.8f", fit$loglik), sprintf("%.8f", fit$aicc), sprintf("%.3f", seconds), sep = ",")
  cat("\n")
}

timed <- function(name, what, estimate) {
  time <- system.time(fit <- try(estimate, silent = TRUE))
  if (!inherits(fit, "try-error")) row(name, what, fit, time[["user.self"]] + time[["sys.self"]])
}

cat("# R ", as.character(getRversion()), ", forecast ", as.character(packageVersion("forecast")), "\n", sep = "")
for (line in readLines(file)) {
  fields <- strsplit(line, ",")[[1]]
  orders <- as.integer(fields[3:8])
  x <- ts(as.numeric(fields[-(1:8)]), frequency = as.integer(fields[2]))
  timed(fields[1], "auto", auto.arima(x))
  timed(fields[1], "given", Arima(x, order = orders[1:3], seasonal = orders[4:6],
                                  include.constant = orders[2] + orders[5] < 2))
}
