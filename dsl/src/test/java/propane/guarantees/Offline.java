package propane.guarantees;

import propane.coreml.CoreMl;
import propane.train.Trainer;
import propane.train.option.Option;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;

/** Trains, exports, predicts and describes in a process that cannot open a socket. */
final class Offline {
    static final String DONE = "done without a socket";

    private Offline() {}

    /** Refuses channels of the network; named by a system property, and so public. */
    public static final class Refusing extends SelectorProvider {
        private static IOException refused() {
            throw new AssertionError("a socket was opened");
        }

        @Override
        public DatagramChannel openDatagramChannel() throws IOException {
            throw refused();
        }

        @Override
        public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
            throw refused();
        }

        @Override
        public Pipe openPipe() throws IOException {
            throw refused();
        }

        @Override
        public AbstractSelector openSelector() throws IOException {
            throw refused();
        }

        @Override
        public ServerSocketChannel openServerSocketChannel() throws IOException {
            throw refused();
        }

        @Override
        public SocketChannel openSocketChannel() throws IOException {
            throw refused();
        }
    }

    @SuppressWarnings("deprecation")
    public static void main(String[] arguments) throws IOException {
        Socket.setSocketImplFactory(() -> {
            throw new AssertionError("a socket was opened");
        });
        ServerSocket.setSocketFactory(() -> {
            throw new AssertionError("a socket was opened");
        });
        requireRefusal();
        Path folder = Path.of(arguments[0]);
        try (Trainer trainer = ReleaseSample.training().compile()) {
            Option save = Option.checkpoint(folder.resolve("run.ckpt"));
            trainer.fit(ReleaseSample.data(), Option.epochs(2), Option.progress(), save);
            trainer.evaluate(ReleaseSample.data());
            trainer.predict(ReleaseSample.inputs());
            trainer.load(folder.resolve("run.ckpt"));
            trainer.export(folder.resolve("Sample.mlpackage"));
            trainer.exportTraining(folder.resolve("SampleTraining.mlpackage"));
            trainer.placement().text();
            trainer.estimate().text();
        }
        for (String name : new String[] {"Sample.mlpackage", "SampleTraining.mlpackage"}) {
            CoreMl.describe(folder.resolve(name));
            CoreMl.lint(folder.resolve(name)).text();
            CoreMl.estimate(folder.resolve(name)).text();
            CoreMl.read(folder.resolve(name));
        }
        System.out.println(DONE);
    }

    /** The trap itself. */
    private static void requireRefusal() throws IOException {
        try (var channel = SocketChannel.open()) {
            throw new IllegalStateException(channel + " could be opened");
        } catch (AssertionError _) {
            return;
        }
    }
}
