# Writes the published series as CSV, exactly as R holds them:
#   Rscript datasets/src/main/r/export-series.R datasets/src/main/resources/tickbook/datasets
# Every value is written with the fewest digits that read back as the same double.

folder <- commandArgs(trailingOnly = TRUE)[1]

exact <- function(x) {
  text <- sprintf("%.15g", x)
  for (digits in 16:17) {
    lossy <- as.numeric(text) != x
    text[lossy] <- sprintf("%.*g", digits, x[lossy])
  }
  text
}

save_series <- function(name, columns) {
  dir.create(file.path(folder, name), showWarnings = FALSE, recursive = TRUE)
  lines <- c(paste(names(columns), collapse = ","), do.call(paste, c(unname(columns), sep = ",")))
  out <- file(file.path(folder, name, paste0(name, ".csv")), open = "wb")
  writeLines(lines, out, sep = "\n")
  close(out)
}

monthly <- function(name, x) {
  month <- sprintf("%d-%02d-01", as.integer(floor(time(x) + 1e-6)), as.integer(cycle(x)))
  save_series(name, list(date = month, value = exact(c(x))))
}

yearly <- function(name, x) save_series(name, list(year = as.integer(time(x)), value = exact(c(x))))

monthly("AirPassengers", AirPassengers)
monthly("sunspots", sunspots)
yearly("LakeHuron", LakeHuron)
yearly("Nile", Nile)
yearly("lynx", lynx)
yearly("sunspot.year", sunspot.year)
save_series("WWWusage", list(minute = seq_along(WWWusage), value = exact(c(WWWusage))))

# R has only fractional years here. The dates are ours: the n-th row is the n-th weekday from Monday, 1 July 1991.
days <- seq(as.Date("1991-07-01"), by = "day", length.out = 2 * nrow(EuStockMarkets))
weekdays_only <- days[!(as.POSIXlt(days)$wday %in% c(0, 6))][seq_len(nrow(EuStockMarkets))]
save_series("EuStockMarkets", c(
  list(decimal_year = exact(c(time(EuStockMarkets))), date = format(weekdays_only)),
  lapply(as.data.frame(EuStockMarkets), exact)))
