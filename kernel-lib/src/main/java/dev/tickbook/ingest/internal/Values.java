package dev.tickbook.ingest.internal;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Prices and volumes as files write them. */
final class Values {

    /** As in the database: numeric(15,4). */
    private static final int PRICE_SCALE = 4;

    private static final BigDecimal PRICE_LIMIT = BigDecimal.TEN.pow(11);

    private Values() {}

    /** A price, rounded half up to four decimals; null for an empty text. */
    static BigDecimal price(String column, String text) throws BadValueException {
        if (text.isBlank()) {
            return null;
        }
        try {
            BigDecimal price = new BigDecimal(text.strip());
            // before rounding, which would write out all the zeros of 1e999999999
            if (price.precision() - (long) price.scale() > 11 || price.abs().compareTo(PRICE_LIMIT) >= 0) {
                throw new BadValueException(column + " \"" + text + "\" is too large: a price must be below 10^11.");
            }
            return price.scale() < -20 || price.scale() > 400
                    ? BigDecimal.ZERO
                    : price.setScale(PRICE_SCALE, RoundingMode.HALF_UP);
        } catch (NumberFormatException e) {
            throw new BadValueException(column + " \"" + text + "\" is not a number.");
        }
    }

    /** A whole number of shares, also written as 1200.0 or 1.2e3; null for an empty text. */
    static Long volume(String column, String text) throws BadValueException {
        if (text.isBlank()) {
            return null;
        }
        try {
            return new BigDecimal(text.strip()).longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new BadValueException(column + " \"" + text + "\" is not a whole number.");
        }
    }
}
