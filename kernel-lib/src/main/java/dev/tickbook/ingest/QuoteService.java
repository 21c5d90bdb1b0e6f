package dev.tickbook.ingest;

import java.io.IOException;

/** A service that knows the price of now. {@link RealtimeProducer} asks it again and again. */
public interface QuoteService {

    /**
     * @param symbol as it is stored
     * @return its latest price
     * @throws IOException if there is none; it names the symbol and says what to do
     */
    Quote latest(String symbol) throws IOException;
}
