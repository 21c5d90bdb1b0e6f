package dev.tickbook.ingest.internal;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads numbers as files write them. The last number read is in the fields, so that a plain one makes no garbage. */
final class Numbers {

    private static final int LONGEST = 64;
    private static final int MOST_DIGITS = 18; // that fit in a long whatever they are
    /** Below so many units of the last digit, rounding can change a number by more than {@link #COARSE}. */
    private static final int FEW_UNITS = 500;

    private static final BigDecimal COARSE = new BigDecimal("0.001");
    private static final long[] TEN = new long[MOST_DIGITS + 1];
    private static final Set<String> MISSING =
            Set.of("", "-", "--", "na", "n/a", "n.a.", "#n/a", "nan", "null", "none", "nil", "\\n");
    private static final String CURRENCIES = "$€£¥₹";
    private static final Pattern PLAIN = Pattern.compile("[0-9]*\\.?[0-9]*([eE][+-]?[0-9]{1,5})?");
    private static final Pattern GROUPED =
            Pattern.compile("[0-9]{1,3}(,[0-9]{3})+(\\.[0-9]*)?" + "|[0-9]{1,3}([ '’][0-9]{3})+([.][0-9]*)?");

    static {
        TEN[0] = 1;
        for (int i = 1; i < TEN.length; i++) {
            TEN[i] = 10 * TEN[i - 1];
        }
    }

    private char decimal = '.';

    /** The number times ten to the power of its scale, where {@link #big} is null. */
    long unscaled;

    /** The number where it is too long for that, else null. */
    BigDecimal big;

    /** Whether the number, for want of digits behind the point, is off by more than a thousandth of itself. */
    boolean isCoarse;

    /** Which sign is before the decimals. */
    void decimal(char sign) {
        decimal = sign;
    }

    /**
     * Reads a number into the fields.
     *
     * @return false if the text says that there is none
     */
    boolean read(Column column, String text) throws BadValueException {
        big = null;
        isCoarse = false;
        return column.scale() >= 0 && readPlain(text, column) || readWritten(column, text);
    }

    /** Digits, a point and a sign; false for everything else. */
    private boolean readPlain(String text, Column column) {
        int length = text.length();
        int at = length > 0 && text.charAt(0) == '-' ? 1 : 0;
        boolean negative = at == 1;
        int scale = column.scale();
        int decimals = -1;
        int digits = 0;
        boolean up = false;
        boolean rounded = false;
        long value = 0;
        for (; at < length; at++) {
            int digit = text.charAt(at) - '0';
            if (digit >= 0 && digit <= 9) {
                if (decimals < 0) {
                    value = value * 10 + digit;
                } else if (decimals++ < scale) {
                    value = value * 10 + digit;
                } else {
                    if (decimals == scale + 1) {
                        up = digit >= 5;
                    }
                    if (digit != 0 && column.kind() == Column.Kind.WHOLE) {
                        return false;
                    }
                    rounded |= digit != 0;
                    continue;
                }
                if (++digits > MOST_DIGITS) {
                    return false;
                }
            } else if (digit == '.' - '0' && decimal == '.' && decimals < 0) {
                decimals = 0;
            } else {
                return false;
            }
        }
        int missing = scale - Math.min(scale, Math.max(0, decimals));
        if (digits == 0 || digits + missing > MOST_DIGITS || digits + missing > column.precision()) {
            return false;
        }
        if (rounded && value < FEW_UNITS) {
            return false;
        }
        value = value * TEN[missing] + (up ? 1 : 0);
        unscaled = negative ? -value : value;
        return true;
    }

    private boolean readWritten(Column column, String text) throws BadValueException {
        BigDecimal value = written(column, text);
        if (value == null) {
            return false;
        }
        // before rounding, which would write out all the zeros of 1e99999
        long whole = value.precision() - (long) value.scale();
        int most = column.precision() == 0 ? 1000 : column.precision() - column.scale();
        if (value.signum() != 0 && whole > most) {
            throw new BadValueException(
                    "range",
                    column.name() + " \"" + shown(text) + "\" is too large: it must be below 10^" + most + ".");
        }
        if (column.scale() < 0) {
            big = value.scale() > 1000 ? BigDecimal.ZERO : value.setScale(Math.max(0, value.scale()));
            return true;
        }
        if (column.kind() == Column.Kind.WHOLE
                && value.signum() != 0
                && (value.scale() > 400 || value.stripTrailingZeros().scale() > 0)) {
            throw new BadValueException(
                    "type",
                    column.name() + " \"" + shown(text)
                            + "\" is not a whole number. Round it, or give it in a smaller unit.");
        }
        BigDecimal rounded = value.scale() > 400
                ? BigDecimal.ZERO.setScale(column.scale())
                : value.setScale(column.scale(), RoundingMode.HALF_UP);
        if (rounded.precision() > column.precision()) {
            throw new BadValueException(
                    "range",
                    column.name() + " \"" + shown(text) + "\" is too large: it must be below 10^" + most + ".");
        }
        isCoarse = value.subtract(rounded).abs().compareTo(value.abs().multiply(COARSE)) > 0;
        if (rounded.precision() <= MOST_DIGITS) {
            unscaled = rounded.unscaledValue().longValueExact();
        } else if (column.kind() == Column.Kind.WHOLE) {
            try {
                unscaled = rounded.longValueExact();
            } catch (ArithmeticException e) {
                throw new BadValueException(
                        "range", column.name() + " \"" + shown(text) + "\" is too large: it must be below 2^63.");
            }
        } else {
            big = rounded;
        }
        return true;
    }

    private BigDecimal written(Column column, String text) throws BadValueException {
        if (text.length() > LONGEST) {
            throw notANumber(column, text);
        }
        String rest = text.replace('\u00A0', ' ')
                .replace('\u202F', ' ')
                .replace('\u2009', ' ')
                .strip();
        if (MISSING.contains(rest.toLowerCase(java.util.Locale.ROOT))) {
            return null;
        }
        boolean negative = false;
        if (rest.startsWith("(") && rest.endsWith(")")) { // as accountants write a minus
            negative = true;
            rest = rest.substring(1, rest.length() - 1).strip();
        }
        BigDecimal factor = BigDecimal.ONE;
        boolean signed = negative;
        for (boolean changed = true; changed && !rest.isEmpty(); ) {
            changed = false;
            char first = rest.charAt(0);
            char last = rest.charAt(rest.length() - 1);
            if (!signed && (first == '-' || first == '+' || first == '−')) {
                negative = first != '+';
                signed = changed = true;
                rest = rest.substring(1).strip();
            } else if (CURRENCIES.indexOf(first) >= 0) {
                changed = true;
                rest = rest.substring(1).strip();
            } else if (CURRENCIES.indexOf(last) >= 0) {
                changed = true;
                rest = rest.substring(0, rest.length() - 1).strip();
            }
        }
        if (!rest.isEmpty()) {
            int power = switch (rest.charAt(rest.length() - 1)) {
                case '%' -> -2;
                case 'K', 'k' -> 3;
                case 'M', 'm' -> 6;
                case 'B', 'b' -> 9;
                default -> 0;
            };
            if (power != 0) {
                factor = BigDecimal.ONE.scaleByPowerOfTen(power);
                rest = rest.substring(0, rest.length() - 1).strip();
            }
        }
        if (decimal == ',') {
            rest = swapped(rest);
        }
        if (GROUPED.matcher(rest).matches()) {
            rest = rest.replaceAll("[, '’]", "");
        }
        if (!PLAIN.matcher(rest).matches() || rest.chars().noneMatch(c -> c >= '0' && c <= '9')) {
            throw notANumber(column, text);
        }
        try {
            BigDecimal value = new BigDecimal(rest).multiply(factor);
            return negative ? value.negate() : value;
        } catch (NumberFormatException e) {
            throw notANumber(column, text);
        }
    }

    private static String swapped(String text) {
        return text.replace(',', '\0').replace('.', ',').replace('\0', '.');
    }

    private static BadValueException notANumber(Column column, String text) {
        return new BadValueException("type", column.name() + " \"" + shown(text) + "\" is not a number.");
    }

    /** A value as a message shows it. */
    static String shown(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
